import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readConfigFile, type ConfigFile } from './config-file.ts';
import { readInflux, type InfluxConfig } from './config-influx.ts';
import { CONFIG_KEYS, configKeys, type ConfigKey, type KeySpec } from './config-keys.ts';
import {
  isLoopback,
  parseBoolean,
  parseChoice,
  parseHost,
  parseInteger,
  parseNetworks,
  parseOrigin,
  parsePort,
  parseHeartbeat,
  parseText,
} from './config-value.ts';
import type { Parsed } from './config-value.ts';

export { ConfigError } from './config-error.ts';

export interface Listen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface MqttConfig {
  readonly host: string;
  /** Without encryption; 0: any free port, null: not at all. */
  readonly port: number | null;
  /** null: not at all. */
  readonly tls: (Listen & { readonly certFile: string; readonly keyFile: string }) | null;
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** Of one device, in the long run. */
  readonly messagesPerSecond: number;
}

export interface Config {
  readonly dataDir: string;
  readonly http: Listen;
  /** PEM files; null: plain HTTP. */
  readonly httpTls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly mqtt: MqttConfig;
  /** Origin that browsers may come from besides the server's own; null: none. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose headers are believed. */
  readonly trustProxy: readonly string[];
  /** The operator accepts plain HTTP beyond this machine. */
  readonly allowPlainHttp: boolean;
  readonly retentionRawDays: number;
  /** Readings that may wait for their store. */
  readonly maxWaitingReadings: number;
  /** Null: nobody listens. */
  readonly heartbeatUrl: string | null;
  /** Null: readings are kept in the data folder. */
  readonly influx: InfluxConfig | null;
  /** One of pino's levels, or `silent`. */
  readonly logLevel: string;
}

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the script's name; only `--config FILE` is known. */
  readonly argv: readonly string[];
  /** Instead of the file that `--config` or `CONFIG_FILE` names. */
  readonly file?: ConfigFile;
}

interface Setting {
  readonly text: string | null;
  readonly where: string;
}

/**
 * Settings from the environment, else from the file, else the defaults.
 * @throws ConfigError listing every problem with its key, where the value came from and what would be right.
 */
export function readConfig({ env, argv, file }: ConfigSources): Config {
  const problems: ConfigProblem[] = [];
  const given = file ?? openFile(configPath(argv, env, problems), problems);
  const fromFile = given === undefined ? { settings: [], problems: [] } : readConfigFile(given);
  problems.push(...fromFile.problems);

  const settings = new Map<ConfigKey, Setting>();
  for (const key of configKeys()) settings.set(key, { text: CONFIG_KEYS[key].default, where: 'default' });
  for (const { key, text, where } of fromFile.settings) settings.set(key, { text, where });
  for (const key of configKeys()) {
    const text = env[key];
    if (text !== undefined) settings.set(key, { text, where: 'environment' });
  }

  const read = createReader(settings, problems);
  const mqttHost = read('MQTT_HOST', parseHost) ?? '';
  const allowPlainHttp = read('ALLOW_PLAIN_HTTP', parseBoolean);
  const config: Config = {
    dataDir: read('DATA_DIR', parseText) ?? '',
    http: { host: read('HTTP_HOST', parseHost) ?? '', port: read('HTTP_PORT', integerOf('HTTP_PORT')) ?? 0 },
    httpTls: readHttpTls(read, settings, problems),
    mqtt: {
      host: mqttHost,
      port: read('MQTT_PORT', parsePort),
      tls: readTls(read, settings, { mqttHost, problems }),
      maxPacketBytes: read('MQTT_MAX_PACKET', integerOf('MQTT_MAX_PACKET')) ?? 0,
      maxConnections: read('MQTT_MAX_CONNECTIONS', integerOf('MQTT_MAX_CONNECTIONS')) ?? 0,
      messagesPerSecond: read('MQTT_RATE', integerOf('MQTT_RATE')) ?? 0,
    },
    publicUrl: read('PUBLIC_URL', parseOrigin),
    trustProxy: read('TRUST_PROXY', parseNetworks) ?? [],
    allowPlainHttp: allowPlainHttp === true,
    retentionRawDays: read('RETENTION_RAW_DAYS', integerOf('RETENTION_RAW_DAYS')) ?? 0,
    maxWaitingReadings: read('MAX_WAITING_READINGS', integerOf('MAX_WAITING_READINGS')) ?? 0,
    heartbeatUrl: read('HEARTBEAT_URL', parseHeartbeat),
    influx: readInflux({
      read,
      where: (key) => settings.get(key)?.where ?? 'default',
      problems,
      allowPlainHttp: allowPlainHttp === true,
    }),
    logLevel: read('LOG_LEVEL', (text) => parseChoice(text, CONFIG_KEYS.LOG_LEVEL.accepts.choices)) ?? '',
  };
  const exposure = [
    {
      name: 'HTTP',
      hostKey: 'HTTP_HOST',
      host: isGiven(settings, 'HTTP_TLS_CERT') ? '' : config.http.host,
      allowed: allowPlainHttp,
    },
    {
      name: 'MQTT',
      hostKey: 'MQTT_HOST',
      host: config.mqtt.port === null ? '' : mqttHost,
      allowed: read('ALLOW_PLAIN_MQTT', parseBoolean),
    },
  ] as const;
  for (const { name, hostKey, host, allowed } of exposure) {
    if (host === '' || isLoopback(host) || allowed !== false) continue;
    problems.push({
      key: hostKey,
      where: settings.get(hostKey)?.where ?? 'default',
      message: plainMessage(name, host),
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

type Read = <T>(key: ConfigKey, parse: (text: string) => Parsed<T>) => T | null;

function isGiven(settings: ReadonlyMap<ConfigKey, Setting>, key: ConfigKey): boolean {
  return (settings.get(key)?.text ?? null) !== null;
}

/** A certificate and its key, and an address for people that fits. The files are read when the dashboard starts. */
function readHttpTls(
  read: Read,
  settings: ReadonlyMap<ConfigKey, Setting>,
  problems: ConfigProblem[],
): Config['httpTls'] {
  const certFile = read('HTTP_TLS_CERT', parseText);
  const keyFile = read('HTTP_TLS_KEY', parseText);
  const where = (key: ConfigKey): string => settings.get(key)?.where ?? 'default';
  const pair = ['HTTP_TLS_CERT', 'HTTP_TLS_KEY'] as const;
  const [missing] = pair.filter((key) => !isGiven(settings, key));
  const [given] = pair.filter((key) => isGiven(settings, key));
  if (given !== undefined && missing !== undefined) {
    problems.push({ key: missing, where: where(missing), message: `${given} needs it: the path of a PEM file` });
  }
  if (given !== undefined && settings.get('PUBLIC_URL')?.text?.startsWith('http:') === true) {
    const message = `it has to begin with https:// where ${given} is set`;
    problems.push({ key: 'PUBLIC_URL', where: where('PUBLIC_URL'), message });
  }
  return certFile === null || keyFile === null ? null : { certFile, keyFile };
}

/** What belongs together for TLS: a port, a certificate and its key. The files are read when the broker starts. */
function readTls(
  read: Read,
  settings: ReadonlyMap<ConfigKey, Setting>,
  { mqttHost, problems }: { mqttHost: string; problems: ConfigProblem[] },
): MqttConfig['tls'] {
  const isOff = (key: ConfigKey): boolean => settings.get(key)?.text === 'off';
  const port = read('MQTT_TLS_PORT', parsePort);
  const host = read('MQTT_TLS_HOST', parseHost) ?? mqttHost;
  const files = {
    MQTT_TLS_CERT: read('MQTT_TLS_CERT', parseText),
    MQTT_TLS_KEY: read('MQTT_TLS_KEY', parseText),
  };
  const where = (key: ConfigKey): string => settings.get(key)?.where ?? 'default';
  if (isOff('MQTT_PORT') && isOff('MQTT_TLS_PORT')) {
    const message = 'both MQTT ports are off, and no device could connect: give this one or MQTT_TLS_PORT a port';
    problems.push({ key: 'MQTT_PORT', where: where('MQTT_PORT'), message });
  }
  for (const key of ['MQTT_TLS_CERT', 'MQTT_TLS_KEY'] as const) {
    const given = settings.get(key)?.text ?? null;
    if (port !== null && given === null) {
      problems.push({ key, where: where(key), message: 'MQTT_TLS_PORT needs it: the path of a PEM file' });
    } else if (isOff('MQTT_TLS_PORT') && given !== null) {
      const message = 'it is of no use while MQTT_TLS_PORT is off: give that a port, such as 8883';
      problems.push({ key, where: where(key), message });
    }
  }
  const { MQTT_TLS_CERT: certFile, MQTT_TLS_KEY: keyFile } = files;
  return port === null || certFile === null || keyFile === null ? null : { host, port, certFile, keyFile };
}

function createReader(settings: ReadonlyMap<ConfigKey, Setting>, problems: ConfigProblem[]): Read {
  return function read<T>(key: ConfigKey, parse: (text: string) => Parsed<T>): T | null {
    const setting = settings.get(key);
    if (setting === undefined || setting.text === null) return null;
    const parsed = parse(setting.text);
    if ('value' in parsed) return parsed.value;
    const text = CONFIG_KEYS[key].accepts.kind === 'secret' ? 'what is set' : quote(setting.text);
    problems.push({ key, where: setting.where, message: `${text} will not do: it has to be ${parsed.expected}` });
    return null;
  };
}

function integerOf(key: ConfigKey) {
  const spec: KeySpec = CONFIG_KEYS[key];
  const bounds = spec.accepts.kind === 'integer' ? spec.accepts : { min: 0, max: 0 };
  return (text: string) => parseInteger(text, bounds);
}

function configPath(
  argv: readonly string[],
  env: ConfigSources['env'],
  problems: ConfigProblem[],
): { path: string; where: string } | undefined {
  const fromEnv = env['CONFIG_FILE'] === undefined ? undefined : { path: env['CONFIG_FILE'], where: 'environment' };
  try {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } }, allowPositionals: false });
    return values.config === undefined ? fromEnv : { path: values.config, where: 'command line' };
  } catch {
    const message = `${argv.map(quote).join(' ')} cannot be used: the only option is --config FILE`;
    problems.push({ key: null, where: 'command line', message });
    return undefined;
  }
}

function openFile(
  named: { path: string; where: string } | undefined,
  problems: ConfigProblem[],
): ConfigFile | undefined {
  if (named === undefined) return undefined;
  const { path, where } = named;
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const message = `the file ${quote(path)} cannot be read (${why}): it has to be a UTF-8 text file that this user may read`;
    problems.push({ key: 'CONFIG_FILE', where, message });
    return undefined;
  }
}

function plainMessage(name: 'HTTP' | 'MQTT', host: string): string {
  const [crossing, instead] =
    name === 'HTTP'
      ? ['passwords and sessions', 'use HTTP_TLS_CERT and HTTP_TLS_KEY, or 127.0.0.1 behind a proxy that speaks TLS']
      : [
          'device passwords and everything that devices report',
          'use MQTT_TLS_PORT (with MQTT_PORT=off, or MQTT_HOST=127.0.0.1 and MQTT_TLS_HOST)',
        ];
  return (
    `${quote(host)} reaches beyond this machine, where ${crossing} would cross the network unencrypted: ` +
    `${instead}, or set ALLOW_PLAIN_${name}=true to accept it`
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
