import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { dashboards } from './dashboards.ts';
import type { Effort } from './effort.ts';
import { facility, facilityInflux } from './facility.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { influx, influxRange, SHAPES } from './influx/part.ts';
import { screens, waiting } from './latency.ts';
import { day, demo, sheet } from './lived.ts';
import { idle, storm } from './memory.ts';
import { page } from './page.ts';
import { queries } from './queries.ts';
import { tableOf, type Result } from './result.ts';
import { settle } from './settle.ts';
import { startUp } from './start-up.ts';
import { throughput } from './throughput.ts';

/** `npm run bench`: what the system does on this machine, as a table. */
const USAGE = `npm run bench -- [--only NAME,…] [--json FILE] [--quick]

  --only NAME   one part, or several with commas between them
  --json FILE   the figures as JSON too
  --seconds N   of one run (60); --pairs N, of ours and the bare pipeline (5)
  --quick       small numbers, to see that everything runs; its figures mean nothing
`;

/** Messages of one device under way, so that about 2,000 of all are. */
const LINE = { few: { devices: 200, window: 10 }, many: { devices: 2_000, window: 1 } };

type Part = (effort: Effort, note: (line: string) => void) => Promise<Result[]>;

const PARTS: Readonly<Record<string, Part>> = {
  'line-200x1': (effort) => throughput({ ...sized(LINE.few, effort), metrics: 1 }, effort),
  'line-200x20': (effort) => throughput({ ...sized(LINE.few, effort), metrics: 20 }, effort),
  'line-2000x1': (effort) => throughput({ ...sized(LINE.many, effort), metrics: 1 }, effort),
  'line-2000x20': (effort) => throughput({ ...sized(LINE.many, effort), metrics: 20 }, effort),
  waiting,
  screens,
  queries,
  settle,
  history,
  facility,
  'facility-influx': facilityInflux,
  'start-up': startUp,
  dashboards,
  page,
  demo,
  sheet,
  day,
  idle,
  storm,
  'growth-10': (effort) => growth(10, effort),
  'growth-60': (effort) => growth(60, effort),
  'influx-1': (effort, note) => influx(SHAPES['1'], effort, note),
  'influx-4x5': (effort, note) => influx(SHAPES['4x5'], effort, note),
  'influx-20x1': (effort, note) => influx(SHAPES['20x1'], effort, note),
  'influx-range': influxRange,
};

function sized(load: { devices: number; window: number }, { quick }: Effort) {
  return quick ? { ...load, devices: load.devices / 20 } : load;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    pairs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const { quick } = values;
const effort: Effort = {
  seconds: Number(values.seconds ?? (quick ? 0.6 : 60)),
  pairs: Number(values.pairs ?? (quick ? 1 : 5)),
  quick,
};
/** Several parts by one name. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  influx: Object.keys(PARTS).filter((name) => name.startsWith('influx-')),
};
const names = values.only?.split(',').flatMap((name) => GROUPS[name] ?? [name]) ?? Object.keys(PARTS);
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
if (values.help || unknown.length > 0 || !(effort.seconds > 0) || !(effort.pairs >= 1)) {
  process.stdout.write(`${USAGE}\n  parts: ${[...Object.keys(PARTS), ...Object.keys(GROUPS)].join(', ')}\n`);
  process.exit(values.help ? 0 : 2);
}

const results: Result[] = [];
const failed: string[] = [];
/** What this machine cannot have. */
const leftOut: string[] = [];
for (const name of names) {
  const from = performance.now();
  process.stderr.write(`${name} …`);
  try {
    results.push(...((await PARTS[name]?.(effort, (line) => leftOut.push(line))) ?? []));
  } catch (error) {
    failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.stderr.write(` ${Math.round((performance.now() - from) / 1_000)} s\n`);
}
const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
};
process.stdout.write(`\n${Object.values(machine).join(' · ')}\n\n${tableOf(results)}\n`);
if (quick) process.stdout.write('\nA quick run: these figures mean nothing.\n');
for (const line of leftOut) process.stdout.write(`\nLeft out: ${line}\n`);
for (const line of failed) process.stdout.write(`\nNot measured: ${line}\n`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, effort, results, leftOut, failed }, null, 2)}\n`);
}
if (failed.length > 0) process.exitCode = 1;
