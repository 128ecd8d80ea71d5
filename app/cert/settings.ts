import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { CONFIG_KEYS } from '../config-keys.ts';
import { isLoopback } from '../config-value.ts';
import type { Config } from '../config.ts';

interface SettingsOptions {
  readonly folder: string;
  /** What people type: a name or an address. */
  readonly host: string;
  /** As it is now. */
  readonly config: Pick<Config, 'http' | 'mqtt'>;
}

/** What makes a system use its certificates: a setting or a remark (`# …`) a line, which a file of settings takes whole. */
export function settingsFor({ folder, host, config: { http, mqtt } }: SettingsOptions): string[] {
  const port = http.port === 0 ? CONFIG_KEYS.HTTP_PORT.default : http.port;
  const alone = [
    ...(isLoopback(http.host) ? ['HTTP_HOST'] : []),
    ...(isLoopback(mqtt.tls?.host ?? mqtt.host) ? ['MQTT_TLS_HOST'] : []),
  ];
  return [
    '# The name and the port that people type; another one where a proxy or a published port stands in front.',
    `PUBLIC_URL=${new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`).origin}`,
    `HTTP_TLS_CERT=${join(folder, 'pages.pem')}`,
    `HTTP_TLS_KEY=${join(folder, 'pages.key')}`,
    `MQTT_TLS_PORT=${mqtt.tls?.port ?? 8_883}`,
    `MQTT_TLS_CERT=${join(folder, 'mqtt.pem')}`,
    `MQTT_TLS_KEY=${join(folder, 'mqtt.key')}`,
    ...(alone.length === 0
      ? []
      : [`# Only this machine is let in: ${alone.map((key) => `${key}=0.0.0.0`).join(' and ')} for others.`]),
    ...(mqtt.port === null
      ? []
      : [
          `# MQTT without encryption stays open on ${mqtt.host}:${mqtt.port}: MQTT_PORT=off closes it, when no device uses it any more.`,
        ]),
  ];
}
