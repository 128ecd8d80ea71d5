import { buildApp } from './app.ts';
import { DashboardListenError } from './listen-error.ts';
import type { DashboardOptions } from './options.ts';

/** For answers that are on their way when the server closes. */
const LAST_ANSWERS = 5_000;

export interface Dashboard {
  /** Where a browser finds it: over HTTPS the first of the allowed origins, else this machine's own address. */
  readonly url: string;
  readonly host: string;
  /** The one it got, when asked for 0. */
  readonly port: number;
  /** Live screens that are connected. */
  screens(): number;
  /** Takes no new connections, drops live screens, lets running answers finish for at most 5 s. */
  close(): Promise<void>;
}

/** @throws DashboardListenError when the port cannot be had. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host, clock } = options;
  const app = await buildApp(options);
  try {
    await app.listen({ host, port: options.port });
  } catch (cause) {
    await app.close();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new DashboardListenError({ host, port: options.port, code, cause });
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  let closed: Promise<void> | undefined;
  return {
    url: pagesUrl(options, port),
    host,
    port,
    screens: () => app.countScreens(),
    close() {
      closed ??= (async () => {
        const last = clock.after(LAST_ANSWERS, () => app.server.closeAllConnections());
        await app.close();
        last.cancel();
      })();
      return closed;
    },
  };
}

function pagesUrl({ host, secure = false, allowedOrigins = [] }: DashboardOptions, port: number): string {
  const [origin = `${secure ? 'https' : 'http'}://${browsable(host)}:${port}`] = secure ? allowedOrigins : [];
  return origin;
}

function browsable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
