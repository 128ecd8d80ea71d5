import type { Server } from 'node:net';

/** The broker could not open its port; the message says which and what to do. */
export class BrokerListenError extends Error {
  readonly code: string;
  readonly at: Place;

  constructor(code: string, at: Place, { message, cause }: { message: string; cause: unknown }) {
    super(message, { cause });
    this.name = 'BrokerListenError';
    this.code = code;
    this.at = at;
  }
}

export interface Place {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What its settings begin with: `MQTT_PORT` or `MQTT_TLS_PORT`. */
  readonly setting: 'MQTT' | 'MQTT_TLS';
}

function adviceFor(code: string, setting: Place['setting']): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `is in use by another program: stop that one, or set ${setting}_PORT to another port (0 takes any free one)`;
    case 'EACCES':
      return `may not be opened by this user: set ${setting}_PORT to a port above 1023`;
    case 'EADDRNOTAVAIL':
      return `is no address of this machine: set ${setting}_HOST to one of its own, 127.0.0.1 for this machine only`;
    case 'ENOTFOUND':
      return `is no known host: set ${setting}_HOST to an address of this machine, 127.0.0.1 for this machine only`;
    default:
      return undefined;
  }
}

/** Resolves with the port opened. @throws BrokerListenError */
export function listen(server: Server, at: Place): Promise<number> {
  const { host, port, setting } = at;
  return new Promise((resolve, reject) => {
    function onError(error: NodeJS.ErrnoException): void {
      const code = error.code ?? 'UNKNOWN';
      const advice =
        adviceFor(code, setting) ?? `could not be opened (${error.message}): check ${setting}_HOST and ${setting}_PORT`;
      const message = `The MQTT port ${host}:${port} ${advice}.`;
      reject(new BrokerListenError(code, at, { message, cause: error }));
    }
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
