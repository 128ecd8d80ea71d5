import type { LastingWarning } from '../contract/access.ts';
import { isLoopback } from './config-value.ts';
import type { Config } from './config.ts';

type Exposed = Pick<Config, 'http' | 'httpTls' | 'mqtt' | 'trustProxy' | 'publicUrl'>;

/** Whether browsers reach the pages over HTTPS: by a certificate of its own, or by a named proxy that speaks it. */
export function servesHttps({ httpTls, trustProxy, publicUrl }: Exposed): boolean {
  return httpTls !== null || (trustProxy.length > 0 && publicUrl?.startsWith('https:') === true);
}

/** What an operator accepted about encryption, and is told as long as it is so. */
export function lastingWarnings(config: Exposed): readonly LastingWarning[] {
  const { http, mqtt } = config;
  return [
    ...(servesHttps(config) || isLoopback(http.host) ? [] : (['plain_http'] as const)),
    ...(mqtt.port === null || isLoopback(mqtt.host) ? [] : (['plain_mqtt'] as const)),
  ];
}
