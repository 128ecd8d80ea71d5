/** What a key accepts. Every value arrives as text: from the environment, or as written in the file. */
export type KeyKind =
  | { readonly kind: 'text' }
  | { readonly kind: 'host' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** A port, or `off` for none. */
  | { readonly kind: 'port' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'origin' }
  /** Of a server that we ask: a path may follow, nothing else. */
  | { readonly kind: 'url' }
  /** Never repeated in a message. */
  | { readonly kind: 'secret' }
  /** Addresses and networks, separated by commas. */
  | { readonly kind: 'networks' };

export interface KeySpec {
  readonly accepts: KeyKind;
  /** As it would be written; null: unset unless given. */
  readonly default: string | null;
  /** One line for the documentation and for `--help`. */
  readonly about: string;
}

const PORT: KeyKind = { kind: 'integer', min: 0, max: 65_535 };

/** Every setting, under the one name that both the environment and the file use. */
export const CONFIG_KEYS = {
  DATA_DIR: {
    accepts: { kind: 'text' },
    default: './data',
    about: 'Directory of the databases and keys; made when it does not exist',
  },
  HTTP_HOST: { accepts: { kind: 'host' }, default: '127.0.0.1', about: 'Address the dashboard listens on' },
  HTTP_PORT: { accepts: PORT, default: '8080', about: 'Port of the dashboard; 0 takes a free one' },
  HTTP_TLS_CERT: {
    accepts: { kind: 'text' },
    default: null,
    about: 'File of the certificate for HTTPS, PEM, its chain behind it; with it the dashboard speaks HTTPS only',
  },
  HTTP_TLS_KEY: {
    accepts: { kind: 'text' },
    default: null,
    about: 'File of the private key of that certificate, PEM, without a password',
  },
  MQTT_HOST: { accepts: { kind: 'host' }, default: '127.0.0.1', about: 'Address the broker listens on' },
  MQTT_PORT: {
    accepts: { kind: 'port' },
    default: '1883',
    about: 'Port of the broker without encryption; 0 takes a free one',
  },
  MQTT_TLS_HOST: {
    accepts: { kind: 'host' },
    default: null,
    about: 'Address the broker listens on for TLS; that of `MQTT_HOST` unless set',
  },
  MQTT_TLS_PORT: { accepts: { kind: 'port' }, default: 'off', about: 'Port of the broker for TLS, usually 8883' },
  MQTT_TLS_CERT: {
    accepts: { kind: 'text' },
    default: null,
    about: 'File of the certificate for TLS, PEM, its chain behind it',
  },
  MQTT_TLS_KEY: {
    accepts: { kind: 'text' },
    default: null,
    about: 'File of the private key of that certificate, PEM, without a password',
  },
  ALLOW_PLAIN_HTTP: {
    accepts: { kind: 'boolean' },
    default: 'false',
    about: 'Accept that HTTP_HOST reaches beyond this machine without encryption',
  },
  ALLOW_PLAIN_MQTT: {
    accepts: { kind: 'boolean' },
    default: 'false',
    about: 'Accept that MQTT_HOST reaches beyond this machine without encryption',
  },
  PUBLIC_URL: {
    accepts: { kind: 'origin' },
    default: null,
    about: 'Address people type to reach the dashboard, such as behind a proxy; the only foreign origin allowed',
  },
  TRUST_PROXY: {
    accepts: { kind: 'networks' },
    default: null,
    about: 'Proxies in front of the dashboard whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed',
  },
  MQTT_MAX_PACKET: {
    accepts: { kind: 'integer', min: 1_024, max: 16_777_216 },
    default: '262144',
    about: 'Largest MQTT packet accepted from a device, in bytes',
  },
  MQTT_MAX_CONNECTIONS: {
    accepts: { kind: 'integer', min: 1, max: 100_000 },
    default: '10000',
    about: 'Most MQTT connections at one time',
  },
  MQTT_RATE: {
    accepts: { kind: 'integer', min: 1, max: 100_000 },
    default: '1000',
    about: 'Messages a second that one device may send in the long run; ten times as many at once',
  },
  RETENTION_RAW_DAYS: {
    accepts: { kind: 'integer', min: 1, max: 36_500 },
    default: '730',
    about: 'Days for which raw readings are kept',
  },
  MAX_WAITING_READINGS: {
    accepts: { kind: 'integer', min: 10_000, max: 50_000_000 },
    default: '2000000',
    about:
      'Readings that may wait, in memory and in the ledger, while readings.db or InfluxDB takes none; about 300 bytes each',
  },
  INFLUX_URL: {
    accepts: { kind: 'url' },
    default: null,
    about: 'Address of the InfluxDB that keeps the readings; unset: readings.db in the data folder keeps them',
  },
  INFLUX_TOKEN: { accepts: { kind: 'secret' }, default: null, about: 'Token for InfluxDB 2 or 3' },
  INFLUX_TOKEN_FILE: { accepts: { kind: 'text' }, default: null, about: 'File that holds that token instead' },
  INFLUX_USERNAME: {
    accepts: { kind: 'text' },
    default: null,
    about: 'User of InfluxDB 1, where it asks for one',
  },
  INFLUX_PASSWORD: { accepts: { kind: 'secret' }, default: null, about: 'Password of that user' },
  INFLUX_PASSWORD_FILE: { accepts: { kind: 'text' }, default: null, about: 'File that holds that password instead' },
  INFLUX_ORG: {
    accepts: { kind: 'text' },
    default: null,
    about: 'Organisation in InfluxDB 2, by name or id; unset: the one that has the bucket',
  },
  INFLUX_BUCKET: {
    accepts: { kind: 'text' },
    default: 'facility_watch',
    about: 'Bucket of InfluxDB 2, database of InfluxDB 1 and 3; made when it is missing and we may',
  },
  HEARTBEAT_URL: {
    accepts: { kind: 'text' },
    default: null,
    about: 'Address that is asked once a minute while storing works, so that its silence tells somebody',
  },
  LOG_LEVEL: {
    accepts: { kind: 'choice', choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] },
    default: 'info',
    about: 'Least severe entries that are logged',
  },
} as const satisfies Record<string, KeySpec>;

export type ConfigKey = keyof typeof CONFIG_KEYS;

export function configKeys(): readonly ConfigKey[] {
  return Object.keys(CONFIG_KEYS).filter(isConfigKey);
}

export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(CONFIG_KEYS, name);
}
