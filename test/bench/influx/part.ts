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
  'node-red': 'Mosquitto and Node-RED',
};
const NO_PEERS: Peers = { mosquitto: undefined, telegraf: undefined, nodeRed: undefined, missing: [] };

/** The full line with InfluxDB behind it, beside others that end in the same server, and beside ours without it. */
export async function influx(effort: Effort, note: (line: string) => void): Promise<Result[]> {
  if (influx2Missing !== undefined) {
    note(influx2Missing);
    return [];
  }
  const peers = effort.quick ? NO_PEERS : fetchPeers((line) => process.stderr.write(`\n${line} `));
  for (const line of peers.missing) note(line);
  const load = { devices: effort.quick ? 10 : 200, window: 10, full: !effort.quick };
  return [
    ...(effort.quick ? [] : await beside({ ...load, metrics: 1 }, effort, peers)),
    ...(await beside({ ...load, metrics: 20 }, effort, peers)),
    ...(await range(effort)),
  ];
}

async function beside(load: Load, effort: Effort, peers: Peers): Promise<Result[]> {
  const { devices, metrics } = load;
  const short = { ...effort, seconds: effort.seconds / SHARE };
  const kinds: Kind[] = [
    'ours',
    ...(peers.telegraf === undefined || peers.mosquitto === undefined ? [] : ['telegraf' as const]),
    'embedded',
    ...(peers.nodeRed === undefined || peers.mosquitto === undefined ? [] : ['node-red' as const]),
  ];
  const runs = new Map<Kind, Run[]>(kinds.map((kind) => [kind, []]));
  const bare: number[] = [];
  for (let pair = 0; pair < effort.pairs; pair += 1) {
    for (const kind of pair % 2 === 0 ? kinds : kinds.toReversed()) {
      const run = await runOnce(kind, load, short, peers);
      runs.get(kind)?.push(run);
      process.stderr.write(` ${kind} ${Math.round(run.held)}/s`);
    }
    bare.push(await ceilingOnce(metrics, effort.quick ? 0.3 : 5));
  }
  const of = `${devices} devices, ${metrics} ${metrics === 1 ? 'reading' : 'readings'} a message`;
  const held = (kind: Kind) => (runs.get(kind) ?? []).map((run) => run.held);
  const ours = held('ours');
  const to = (kind: Kind, least: number): Result[] => {
    const others = held(kind);
    if (others.length === 0) return [];
    const ratio = spreadOf(ours.map((rate, at) => rate / (others[at] ?? Number.NaN)));
    const met = ratio.median >= least;
    return [{ name: `ours to ${NAMES[kind]}, ${of}`, unit: '×', ...ratio, must: { text: `≥ ${least}`, met } }];
  };
  const lost = (runs.get('ours') ?? []).map((run) => run.lost);
  return [
    ...kinds.flatMap((kind): Result[] => [
      {
        name: `${NAMES[kind]}: ${kind === 'embedded' ? 'stored' : 'held by InfluxDB'}, ${of}`,
        unit: 'messages/s',
        ...spreadOf(held(kind)),
      },
      ...costOf(runs.get(kind) ?? []).map((cost) => ({
        name: `${NAMES[kind]}: processor for a message, InfluxDB included, ${of}`,
        unit: 'ms',
        ...cost,
      })),
    ]),
    ...to('telegraf', 1),
    ...to('node-red', 4),
    ...to('embedded', 0.8),
    {
      name: `ours: acknowledged and not in InfluxDB, ${of}`,
      unit: 'readings',
      ...spreadOf(lost),
      must: { text: '0', met: lost.every((count) => count === 0) },
    },
    { name: `the client alone, lines of ${metrics}`, unit: 'readings/s', ...spreadOf(bare) },
  ];
}

function costOf(runs: readonly Run[]): ReturnType<typeof spreadOf>[] {
  const costs = runs.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
  return costs.length === 0 ? [] : [spreadOf(costs)];
}

async function ceilingOnce(fields: number, seconds: number): Promise<number> {
  const server = await startInflux2();
  try {
    return await ceiling(server, fields, seconds);
  } finally {
    await server.close();
  }
}
