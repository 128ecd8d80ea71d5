import { randomBytes } from 'node:crypto';
import { connect, ErrorWithReasonCode, type IClientOptions } from 'mqtt';
import type { DeviceCredential } from './credentials.ts';

export interface Broker {
  readonly host: string;
  readonly port: number;
  /** TLS, with the certificates (PEM) that are trusted; those of the system unless given. */
  readonly tls?: { readonly ca?: string };
}

/** Someone else's broker answers where ours was expected. */
export class StrangersBroker extends Error {
  override readonly name = 'StrangersBroker';
}

const CONNECT_TIMEOUT = 5_000;
/** MQTT 3.1.1, 3.2.2.3: bad user name or password; not authorized. */
const REFUSALS: readonly number[] = [4, 5];

/** True when a broker answered that it knows no such user or password. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ErrorWithReasonCode && REFUSALS.includes(error.code);
}

/** How any client of ours reaches a broker: it tries once, and whoever called tries again. */
export function reach({ host, port, tls }: Broker): IClientOptions {
  return {
    protocol: tls === undefined ? 'mqtt' : 'mqtts',
    host,
    port,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
  };
}

/**
 * Makes sure that nobody but our own broker gets simulated values. Its credentials are fresh random ones: a broker that
 * refuses a made-up password, and then accepts ours, knows them. One that lets a made-up password in accepts everybody.
 * The name is that of the device that connects next: it is in then, and the refusal is no longer listed as one to mend.
 * @throws StrangersBroker when the made-up password is let in.
 */
export function refuseStrangersBroker(
  broker: Broker,
  { username, clientId }: Pick<DeviceCredential, 'username' | 'clientId'>,
): Promise<void> {
  const { host, port } = broker;
  const client = connect({
    ...reach(broker),
    username,
    clientId,
    password: randomBytes(24).toString('base64url'),
    keepalive: 15,
  });
  return new Promise<void>((resolve, reject) => {
    client.on('connect', () => {
      const sentence = `The broker on ${host}:${port} lets everybody in: it is not Facility Watch's. Nothing was published there.`;
      reject(new StrangersBroker(`${sentence} Stop it, or start the demo with another --mqtt-port.`));
    });
    client.on('error', (error) => {
      if (isRefusal(error)) resolve();
      else reject(new Error(`No MQTT broker answers properly on ${host}:${port}: ${error.message}`, { cause: error }));
    });
    client.on('close', () =>
      reject(new Error(`The broker on ${host}:${port} closed the connection without an answer`)),
    );
  }).finally(() => client.end(true));
}
