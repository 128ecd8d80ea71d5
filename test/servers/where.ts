import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CACHE } from '../cache.ts';

/** A server of InfluxDB 2.x that somebody else runs, with INFLUXDB2_TOKEN, an operator's; undefined: none. */
export const INFLUXDB2_URL = process.env['INFLUXDB2_URL'];

/** What tests run InfluxDB 2.x from; built by `build-influxd.ts` where Go and Rust are there. */
export const INFLUXD2_VERSION = '2.7.12';
export const INFLUXD2 = join(CACHE, `influxd-${INFLUXD2_VERSION}`);

/** 1.x and 2.x have one name for their program: its own word decides. */
function generationOf(program: string): string | undefined {
  try {
    const text = execFileSync(program, ['version'], { encoding: 'utf8', timeout: 20_000, stdio: 'pipe' });
    return /InfluxDB v?(\d)\./.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

function find(generation: string, paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path) && generationOf(path) === generation);
}

const onPath = () => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'influxd'));

/** The program of InfluxDB 1.x; undefined: nowhere. */
export const findInflux1 = (): string | undefined =>
  find('1', [join(CACHE, 'debian', 'usr', 'bin', 'influxd'), ...onPath()]);

/** The program of InfluxDB 2.x; undefined: nowhere. */
export const findInflux2 = (): string | undefined => find('2', [INFLUXD2, ...onPath()]);
