import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error.ts';
import type { ConfigKey } from './config-keys.ts';
import { isLoopback, parseSecret, parseText, parseUrl, type Parsed } from './config-value.ts';

/** Where the readings are kept, and who we are there. */
export interface InfluxConfig {
  readonly url: string;
  /** Of InfluxDB 2 and 3. */
  readonly token: string | null;
  /** Of InfluxDB 1. */
  readonly username: string | null;
  readonly password: string | null;
  readonly org: string | null;
  readonly bucket: string;
  /** ms that a write may take; absent: as usual. No setting: tests shorten it. */
  readonly writeTimeout?: number;
}

export interface InfluxSources {
  readonly read: <T>(key: ConfigKey, parse: (text: string) => Parsed<T>) => T | null;
  /** Where a key's value comes from. */
  readonly where: (key: ConfigKey) => string;
  readonly problems: ConfigProblem[];
  readonly allowPlainHttp: boolean;
}

/** Null without INFLUX_URL: the other keys may be there for InfluxDB's own tools. */
export function readInflux({ read, where, problems, allowPlainHttp }: InfluxSources): InfluxConfig | null {
  const url = read('INFLUX_URL', parseUrl);
  if (url === null) return null;
  const problem = (key: ConfigKey, message: string) => void problems.push({ key, where: where(key), message });
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, '')) && !allowPlainHttp) {
    problem(
      'INFLUX_URL',
      `${JSON.stringify(hostname)} is not this machine, and readings and the token would cross the network ` +
        'unencrypted: use https://, or set ALLOW_PLAIN_HTTP=true to accept it',
    );
  }
  const secret = (key: 'INFLUX_TOKEN' | 'INFLUX_PASSWORD', fileKey: 'INFLUX_TOKEN_FILE' | 'INFLUX_PASSWORD_FILE') => {
    const given = read(key, parseSecret);
    const file = read(fileKey, parseText);
    if (given !== null && file !== null) problem(fileKey, `${key} is set too: one of them is enough`);
    if (file === null) return given;
    const found = readSecret(file);
    if ('value' in found) return found.value;
    problem(fileKey, found.expected);
    return null;
  };
  const token = secret('INFLUX_TOKEN', 'INFLUX_TOKEN_FILE');
  const username = read('INFLUX_USERNAME', parseText);
  const password = secret('INFLUX_PASSWORD', 'INFLUX_PASSWORD_FILE');
  if (token !== null && username !== null)
    problem('INFLUX_USERNAME', 'a token is set too: InfluxDB 1 takes a user, InfluxDB 2 and 3 take a token');
  if (password !== null && username === null) problem('INFLUX_USERNAME', 'a password is set, and it needs its user');
  return {
    url,
    token,
    username,
    password,
    org: read('INFLUX_ORG', parseText),
    bucket: read('INFLUX_BUCKET', parseText) ?? '',
  };
}

/** A file as secrets are mounted: its text, with or without the end of the line. */
function readSecret(path: string): Parsed<string> {
  try {
    const parsed = parseSecret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
    return 'value' in parsed ? parsed : { expected: `the file has to hold ${parsed.expected}` };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { expected: `the file cannot be read (${why}): it has to be a text file that this user may read` };
  }
}
