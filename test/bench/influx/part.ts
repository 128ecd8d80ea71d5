import { influx2Missing, startInflux2 } from '../../servers/influx2.ts';
import type { Effort } from '../effort.ts';
import { spreadOf, type Result } from '../result.ts';
import { ceiling } from './ceiling.ts';
import type { Kind, Load } from './contestants.ts';
import { fetchPeers, type Peers } from './fetch.ts';
import { range } from './range.ts';
import { runOnce, type Run } from './run-once.ts';

/** A flood is long enough for batches to follow each other; what follows it until all is held is measured too. */
const SHARE = 4;
const NAMES: Readonly<Record<Kind, string>> = {
  ours: 'ours',
  embedded: 'ours with the embedded store',
  telegraf: 'Mosquitto and Telegraf',
  'telegraf by point': 'Mosquitto and Telegraf, lines as ours',
  'node-red': 'Mosquitto and Node-RED as its palette has it',
  'node-red gathering': 'Mosquitto and Node-RED, a function that gathers',
};
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
  const load: Load = { ...shape, devices: effort.quick ? 10 : 200, window: 10, full: !effort.quick };
  return beside(load, `${load.devices} devices, ${shape.words}`, effort, peers);
}

/** A day of one series, read back. */
export async function influxRange(effort: Effort, note: Note): Promise<Result[]> {
  if (influx2Missing === undefined) return range(effort);
  note(influx2Missing);
  return [];
}

function kindsOf({ metrics }: Load, peers: Peers): Kind[] {
  const hasBroker = peers.mosquitto !== undefined;
  const telegraf: Kind[] = metrics === 1 ? ['telegraf'] : ['telegraf', 'telegraf by point'];
  return [
    'ours',
    ...(hasBroker && peers.telegraf !== undefined ? telegraf : []),
    'embedded',
    ...(hasBroker && peers.nodeRed !== undefined ? (['node-red', 'node-red gathering'] as const) : []),
  ];
}

async function beside(load: Load, of: string, effort: Effort, peers: Peers): Promise<Result[]> {
  const short = { ...effort, seconds: effort.seconds / SHARE };
  const kinds = kindsOf(load, peers);
  const runs = new Map<Kind, Run[]>(kinds.map((kind) => [kind, []]));
  const bare: number[] = [];
  for (let pair = 0; pair < effort.pairs; pair += 1) {
    for (const kind of pair % 2 === 0 ? kinds : kinds.toReversed()) {
      const run = await runOnce(kind, load, short, peers);
      runs.get(kind)?.push(run);
      process.stderr.write(` ${kind} ${Math.round(run.held)}/s`);
    }
    bare.push(await ceilingOnce(load.perPoint, effort.quick ? 0.3 : 5));
  }
  const runsOf = (kind: Kind): readonly Run[] => runs.get(kind) ?? [];
  const lost = runsOf('ours').map((run) => run.lost);
  return [
    ...kinds.flatMap((kind) => figuresOf(NAMES[kind], of, runsOf(kind))),
    ...kinds.filter((kind) => kind !== 'ours').flatMap((kind) => ratiosOf(kind, of, runsOf('ours'), runsOf(kind))),
    {
      name: `ours: acknowledged and not in InfluxDB, ${of}`,
      unit: 'readings',
      ...spreadOf(lost),
      must: { text: '0', met: lost.every((count) => count === 0) },
    },
    { name: `the client alone, fields of a line: ${load.perPoint}`, unit: 'readings/s', ...spreadOf(bare) },
  ];
}

function figuresOf(name: string, of: string, runs: readonly Run[]): Result[] {
  const processes = Object.keys(runs[0]?.cpu ?? {});
  return [
    { name: `${name}, ${of}`, unit: 'readings/s', ...spreadOf(runs.map((run) => run.held)) },
    ...processes.map((process) => ({
      name: `${name}: processor of ${process} for a reading, ${of}`,
      unit: 'µs',
      ...spreadOf(runs.map(({ cpu }) => cpu[process] ?? Number.NaN)),
    })),
  ];
}

/** What ours must reach of each, in readings a second. */
const LEAST: Readonly<Partial<Record<Kind, number>>> = {
  telegraf: 1,
  'telegraf by point': 1,
  'node-red': 4,
  embedded: 0.8,
};

function ratiosOf(kind: Kind, of: string, ours: readonly Run[], others: readonly Run[]): Result[] {
  const name = `ours to ${NAMES[kind]}`;
  const each = (ratio: (our: Run, other: Run | undefined) => number) => ours.map((run, at) => ratio(run, others[at]));
  const least = LEAST[kind];
  const result = (what: string, ratios: readonly number[]): Result => {
    const spread = spreadOf(ratios);
    const must = least === undefined ? {} : { must: { text: `≥ ${least}`, met: spread.median >= least } };
    return { name: `${what}, ${of}`, unit: '×', ...spread, ...must };
  };
  const held = result(
    name,
    each((our, other) => our.held / (other?.held ?? Number.NaN)),
  );
  if (kind !== 'embedded') return [held];
  // As if InfluxDB were on a machine of its own: what our process alone makes of its cores.
  const own = ({ cpu }: Run) => cpu['Facility Watch'] ?? Number.NaN;
  return [
    held,
    result(
      `${name}, by our process's own time`,
      each((our, other) => (other === undefined ? Number.NaN : own(other) / own(our))),
    ),
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
