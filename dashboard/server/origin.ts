import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface Doorway {
  /** Is the `Host` a name of this server? Stops DNS rebinding: a foreign name that was pointed at our address. */
  knowsHost(host: string | undefined): boolean;
  /**
   * May a request that changes something, or opens the socket, come from there?
   *
   * Browsers put `Origin` on every request but GET and HEAD (Fetch standard, "append a request `Origin` header") and
   * on every WebSocket handshake (RFC 6455, 4.1), so its absence means a program. Programs may do without as long as
   * they bring no cookie; with one they name the origin they mean, so that nothing rests on what some browser leaves
   * out. `Sec-Fetch-Site` is no substitute: over plain HTTP it is sent for loopback only.
   */
  admitsOrigin(request: { origin: string | undefined; host: string | undefined; hasCookie: boolean }): boolean;
}

interface DoorwayOptions {
  /** Where the server listens. */
  readonly host: string;
  /** Further origins under which its pages are served, such as a reverse proxy's `https://watch.example.org`. */
  readonly allowedOrigins: readonly string[];
  /** The pages are served over HTTPS. */
  readonly secure: boolean;
  /** This machine's name; for tests. */
  readonly machine?: string;
}

export function doorway({ host, allowedOrigins, secure, machine = hostname() }: DoorwayOptions): Doorway {
  const scheme = secure ? 'https' : 'http';
  const origins = new Set(allowedOrigins.map(readOrigin));
  const names = new Set([host, machine, `${machine}.local`, ...[...origins].map((origin) => new URL(origin).hostname)]);
  const known = new Set([...names].map((name) => name.toLowerCase()));

  return {
    knowsHost(header) {
      const name = parseHost(header, scheme)?.hostname;
      if (name === undefined) return false;
      return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /(^|\.)localhost$/.test(name) || known.has(name);
    },
    admitsOrigin({ origin, host: header, hasCookie }) {
      if (origin === undefined) return !hasCookie;
      return origin === parseHost(header, scheme)?.origin || origins.has(origin);
    },
  };
}

function parseHost(header: string | undefined, scheme: string): URL | undefined {
  if (header === undefined || !/^[a-z0-9.\-[\]:]+$/i.test(header)) return undefined;
  return URL.parse(`${scheme}://${header}`) ?? undefined;
}

function readOrigin(text: string): string {
  const origin = URL.parse(text)?.origin;
  if (origin === undefined || origin === 'null') {
    throw new TypeError(`"${text}" is no origin: write it as https://watch.example.org or http://10.0.0.5:8080`);
  }
  return origin;
}
