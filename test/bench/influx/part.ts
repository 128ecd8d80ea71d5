import { influx2Missing, influx2Unstoppable, startInflux2 } from '../../servers/influx2.ts';
import type { Effort } from '../effort.ts';
import { spreadOf, type Result } from '../result.ts';
import { ceiling } from './ceiling.ts';
import type { Kind, Load, Rig } from './contestants.ts';
import { findCores } from './cores.ts';
import { fetchPeers, type Peers } from './fetch.ts';
import { range } from './range.ts';
import { rowsOf } from './rows.ts';
import { runOnce, type Run } from './run-once.ts';

/** A flood is long enough for batches to follow each other; what follows it until all is held is measured too. */
const SHARE = 4;
const NO_PEERS: Peers = { mosquitto: undefined, telegraf: undefined, nodeRed: undefined, missing: [] };

type Note = (line: string) => void;
/** What a message carries. */
interface Shape extends Pick<Load, 'metrics' | 'perPoint'> {
  readonly words: string;
}

/** As a point has at most as many metrics as the catalogue, twenty readings are of several points. */
export const SHAPES = {
  '1': { metrics: 1, perPoint: 1, words: '1 reading a message' },
  '4x5': { metrics: 20, perPoint: 5, words: '20 readings a message, of 4 points' },
  '20x1': { metrics: 20, perPoint: 1, words: '20 readings a message, of 20 points' },
} as const satisfies Readonly<Record<string, Shape>>;

/** The full line with InfluxDB behind it, beside others that end in the same server, and beside ours without it. */
export async function influx(shape: Shape, effort: Effort, note: Note): Promise<Result[]> {
  if (influx2Missing !== undefined) {
    note(influx2Missing);
    return [];
  }
  const peers = effort.quick ? NO_PEERS : fetchPeers((line) => process.stderr.write(`\n${line} `));
  for (const line of peers.missing) note(line);
  const cores = influx2Unstoppable === undefined ? findCores() : 'an InfluxDB of its own';
  if (typeof cores === 'string') note(`our process on a core of its own (needs ${cores})`);
  const load: Load = { ...shape, devices: effort.quick ? 10 : 200, window: 10, full: !effort.quick };
  const rig = { peers, cores: typeof cores === 'string' ? undefined : cores };
  return beside(load, `${load.devices} devices, ${shape.words}`, effort, rig);
}

/** A day of one series, read back. */
export async function influxRange(effort: Effort, note: Note): Promise<Result[]> {
  if (influx2Missing === undefined) return range(effort);
  note(influx2Missing);
  return [];
}

function kindsOf({ metrics }: Load, { peers, cores }: Rig): Kind[] {
  const hasBroker = peers.mosquitto !== undefined;
  const telegraf: Kind[] = metrics === 1 ? ['telegraf'] : ['telegraf', 'telegraf by point'];
  return [
    'ours',
    ...(hasBroker && peers.telegraf !== undefined ? telegraf : []),
    'embedded',
    ...(cores === undefined ? [] : (['ours apart', 'embedded apart'] as const)),
    ...(hasBroker && peers.nodeRed !== undefined ? (['node-red', 'node-red gathering'] as const) : []),
  ];
}

async function beside(load: Load, of: string, effort: Effort, rig: Rig): Promise<Result[]> {
  const short = { ...effort, seconds: effort.seconds / SHARE };
  const kinds = kindsOf(load, rig);
  const runs = new Map<Kind, Run[]>(kinds.map((kind) => [kind, []]));
  const bare: number[] = [];
  for (let pair = 0; pair < effort.pairs; pair += 1) {
    for (const kind of pair % 2 === 0 ? kinds : kinds.toReversed()) {
      const run = await runOnce(kind, load, short, rig);
      runs.get(kind)?.push(run);
      process.stderr.write(` ${kind} ${Math.round(run.held)}/s`);
    }
    bare.push(await ceilingOnce(load.perPoint, effort.quick ? 0.3 : 5));
  }
  return [
    ...rowsOf(runs, of),
    { name: `the client alone, fields of a line: ${load.perPoint}`, unit: 'readings/s', ...spreadOf(bare) },
  ];
}

async function ceilingOnce(fields: number, seconds: number): Promise<number> {
  const server = await startInflux2();
  try {
    return await ceiling(server, fields, seconds);
  } finally {
    await server.close();
  }
}
