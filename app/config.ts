import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readConfigFile, type ConfigFile } from './config-file.ts';
import { CONFIG_KEYS, configKeys, type ConfigKey, type KeySpec } from './config-keys.ts';
import {
  isLoopback,
  parseBoolean,
  parseChoice,
  parseHost,
  parseInteger,
  parseOrigin,
  parseText,
} from './config-value.ts';
import type { Parsed } from './config-value.ts';

export { ConfigError } from './config-error.ts';

export interface Listen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Config {
  readonly dataDir: string;
  readonly http: Listen;
  readonly mqtt: Listen & { readonly maxPacketBytes: number; readonly maxConnections: number };
  /** Origin that browsers may come from besides the server's own; null: none. */
  readonly publicUrl: string | null;
  readonly retentionRawDays: number;
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
  const config: Config = {
    dataDir: read('DATA_DIR', parseText) ?? '',
    http: { host: read('HTTP_HOST', parseHost) ?? '', port: read('HTTP_PORT', integerOf('HTTP_PORT')) ?? 0 },
    mqtt: {
      host: read('MQTT_HOST', parseHost) ?? '',
      port: read('MQTT_PORT', integerOf('MQTT_PORT')) ?? 0,
      maxPacketBytes: read('MQTT_MAX_PACKET', integerOf('MQTT_MAX_PACKET')) ?? 0,
      maxConnections: read('MQTT_MAX_CONNECTIONS', integerOf('MQTT_MAX_CONNECTIONS')) ?? 0,
    },
    publicUrl: read('PUBLIC_URL', parseOrigin),
    retentionRawDays: read('RETENTION_RAW_DAYS', integerOf('RETENTION_RAW_DAYS')) ?? 0,
    logLevel: read('LOG_LEVEL', (text) => parseChoice(text, CONFIG_KEYS.LOG_LEVEL.accepts.choices)) ?? '',
  };
  const exposure = [
    { name: 'HTTP', hostKey: 'HTTP_HOST', host: config.http.host, allowed: read('ALLOW_PLAIN_HTTP', parseBoolean) },
    { name: 'MQTT', hostKey: 'MQTT_HOST', host: config.mqtt.host, allowed: read('ALLOW_PLAIN_MQTT', parseBoolean) },
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

function createReader(settings: ReadonlyMap<ConfigKey, Setting>, problems: ConfigProblem[]) {
  return function read<T>(key: ConfigKey, parse: (text: string) => Parsed<T>): T | null {
    const setting = settings.get(key);
    if (setting === undefined || setting.text === null) return null;
    const parsed = parse(setting.text);
    if ('value' in parsed) return parsed.value;
    problems.push({
      key,
      where: setting.where,
      message: `${quote(setting.text)} will not do: it has to be ${parsed.expected}`,
    });
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
  const crossing = name === 'HTTP' ? 'passwords and sessions' : 'device passwords and everything that devices report';
  return (
    `${quote(host)} reaches beyond this machine, where ${crossing} would cross the network unencrypted: ` +
    `use 127.0.0.1 behind a proxy that speaks TLS, or set ALLOW_PLAIN_${name}=true to accept it`
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
