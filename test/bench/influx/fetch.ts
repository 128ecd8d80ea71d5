import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../../cache.ts';
import { fetchParts, findProgram, MOSQUITTO } from '../../parts.ts';

/** Programs that ours is measured beside; fetched or built once, outside of the tree. */
const TELEGRAF = { name: 'telegraf', version: 'v1.37.2', module: 'github.com/influxdata/telegraf/cmd/telegraf' };
const TELEGRAF_TAGS = 'custom,inputs.mqtt_consumer,outputs.influxdb_v2,parsers.json';
const NODE_RED = ['node-red@5.0.7', 'node-red-contrib-influxdb@0.7.0'];
const DIR = join(CACHE, 'bench');

export interface Peers {
  readonly mosquitto: string | undefined;
  readonly telegraf: string | undefined;
  /** The script that starts it. */
  readonly nodeRed: string | undefined;
  /** What this machine cannot have, in words. */
  readonly missing: readonly string[];
}

export function fetchPeers(say: (line: string) => void): Peers {
  mkdirSync(DIR, { recursive: true });
  const mosquitto = fetchParts(say, [MOSQUITTO]).length === 0 ? findProgram('mosquitto') : undefined;
  const telegraf = attempt(() => fetchTelegraf(say));
  const nodeRed = attempt(() => fetchNodeRed(say));
  const missing = [
    ...(mosquitto === undefined ? ['Mosquitto, and what stands behind it (Debian: mosquitto)'] : []),
    ...(telegraf === undefined ? [`Telegraf ${TELEGRAF.version} (needs Go, once)`] : []),
    ...(nodeRed === undefined ? [`${NODE_RED.join(' with ')} (needs npm's registry, once)`] : []),
  ];
  return { mosquitto, telegraf, nodeRed, missing };
}

function fetchTelegraf(say: (line: string) => void): string {
  const program = join(DIR, `telegraf-${TELEGRAF.version}`);
  if (existsSync(program)) return program;
  say(`building Telegraf ${TELEGRAF.version}, once for this machine: some minutes`);
  const to = join(DIR, 'go');
  run('go', ['install', '-tags', TELEGRAF_TAGS, `${TELEGRAF.module}@${TELEGRAF.version}`], { GOBIN: to });
  renameSync(join(to, 'telegraf'), program);
  return program;
}

function fetchNodeRed(say: (line: string) => void): string {
  const dir = join(DIR, 'node-red');
  const script = join(dir, 'node_modules', 'node-red', 'red.js');
  if (existsSync(script) && existsSync(join(dir, 'node_modules', 'node-red-contrib-influxdb'))) return script;
  say(`fetching ${NODE_RED.join(' and ')}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--prefix', dir, '--ignore-scripts', '--no-audit', '--no-fund', ...NODE_RED], {});
  return script;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  execFileSync(command, args, { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 1_800_000 });
}

function attempt(fetch: () => string): string | undefined {
  try {
    return fetch();
  } catch {
    return undefined;
  }
}
