import type { Server } from 'node:net';

/** The broker could not open its port; the message says which and what to do. */
export class BrokerListenError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'BrokerListenError';
    this.code = code;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program: stop that one, or set MQTT_PORT to another port (0 takes any free one)',
  EACCES: 'may not be opened by this user: set MQTT_PORT to a port above 1023, such as 1883',
  EADDRNOTAVAIL: 'is no address of this machine: set MQTT_HOST to one of its own, 127.0.0.1 for this machine only',
  ENOTFOUND: 'is no known host: set MQTT_HOST to an address of this machine, 127.0.0.1 for this machine only',
};

/** Resolves with the port opened. @throws BrokerListenError */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    function onError(error: NodeJS.ErrnoException): void {
      const code = error.code ?? 'UNKNOWN';
      const advice = ADVICE[code] ?? `could not be opened (${error.message}): check MQTT_HOST and MQTT_PORT`;
      reject(new BrokerListenError(code, `The MQTT port ${host}:${port} ${advice}.`, error));
    }
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
