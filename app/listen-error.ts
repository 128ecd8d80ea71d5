import { CertificateError } from '../broker/certificate.ts';
import { BrokerListenError } from '../broker/listen.ts';
import { StartError } from './start-error.ts';

export interface ListenAttempt {
  readonly what: 'dashboard' | 'broker';
  readonly host: string;
  readonly port: number;
  /** What the operator sets to choose another port and address, such as `HTTP_PORT` or `--http-port`. */
  readonly portSetting: string;
  readonly hostSetting: string;
}

/** Turns an error of `listen` into a sentence; an error that has nothing to do with listening is handed back. */
export function explainListenError(error: unknown, attempt: ListenAttempt): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sentence = typeof code === 'string' ? listenSentence(code, attempt) : undefined;
  return sentence === undefined ? error : new StartError(sentence, { cause: error });
}

/** The same for a broker that did not start, with the ports and the certificate it has. */
export function explainBrokerError(error: unknown, portSetting: string): unknown {
  if (error instanceof CertificateError) return new StartError(error.message, { cause: error });
  if (!(error instanceof BrokerListenError)) return error;
  const { host, port, setting } = error.at;
  const settings = { portSetting: setting === 'MQTT' ? portSetting : 'MQTT_TLS_PORT', hostSetting: `${setting}_HOST` };
  return explainListenError(error, { what: 'broker', host, port, ...settings });
}

function listenSentence(
  code: string,
  { what, host, port, portSetting, hostSetting }: ListenAttempt,
): string | undefined {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return (
        `The ${what} cannot listen on ${place}: another program uses that port already. ` +
        `Stop that program, or choose another port with ${portSetting} (0 takes a free one).`
      );
    case 'EACCES':
      return (
        `The ${what} may not listen on ${place}: this user may not open ports below 1024. ` +
        `Choose a higher port with ${portSetting}.`
      );
    case 'EADDRNOTAVAIL':
      return `The ${what} cannot listen on ${place}: this machine has no such address. Set ${hostSetting} to one of its own.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The ${what} cannot listen on ${place}: the name ${host} leads to no address. Set ${hostSetting} to an address of this machine.`;
    default:
      return undefined;
  }
}
