import { spreadOf, type Result } from '../result.ts';
import type { Kind } from './contestants.ts';
import type { Run } from './run-once.ts';

const NAMES: Readonly<Record<Kind, string>> = {
  ours: 'ours',
  embedded: 'ours with the embedded store',
  'ours apart': 'ours, InfluxDB on another core',
  'embedded apart': 'ours with the embedded store, on the same one core',
  telegraf: 'Mosquitto and Telegraf',
  'telegraf by point': 'Mosquitto and Telegraf, lines as ours',
  'node-red': 'Mosquitto and Node-RED as its palette has it',
  'node-red gathering': 'Mosquitto and Node-RED, a function that gathers',
};

interface Comparison {
  readonly ours: Kind;
  readonly other: Kind;
  readonly name: string;
  /** What the rate of ours must be of the other's. Undefined: as information. */
  readonly least?: number;
}

const beside = (other: Kind, least?: number): Comparison => ({
  ...{ ours: 'ours', other, name: `ours to ${NAMES[other]}` },
  ...(least === undefined ? {} : { least }),
});
const COMPARISONS: readonly Comparison[] = [
  beside('telegraf', 1),
  beside('telegraf by point', 1),
  // With cores shared, this tells what InfluxDB itself takes of them.
  beside('embedded'),
  {
    ours: 'ours apart',
    other: 'embedded apart',
    name: 'ours to ours with the embedded store, InfluxDB on another core',
    least: 0.8,
  },
  beside('node-red', 4),
  beside('node-red gathering'),
];

export type Runs = ReadonlyMap<Kind, readonly Run[]>;

/** What was measured of each, then ours beside each other. `of`: with what load. */
export function rowsOf(runs: Runs, of: string): Result[] {
  return [
    ...[...runs].flatMap(([kind, measured]) => figuresOf(kind, of, measured)),
    ...COMPARISONS.flatMap((comparison) => ratiosOf(comparison, of, runs)),
    ...[...runs].flatMap(([kind, measured]) => lostOf(kind, of, measured)),
  ];
}

function figuresOf(kind: Kind, of: string, runs: readonly Run[]): Result[] {
  const name = NAMES[kind];
  const each = (what: (run: Run) => Readonly<Record<string, number>>, words: string, unit: string): Result[] =>
    Object.keys(runs[0] === undefined ? {} : what(runs[0])).map((process) => ({
      name: `${name}: ${words.replace('%', process)}, ${of}`,
      unit,
      ...spreadOf(runs.map((run) => what(run)[process] ?? Number.NaN)),
    }));
  return [
    { name: `${name}, ${of}`, unit: 'readings/s', ...spreadOf(runs.map((run) => run.held)) },
    ...each(({ cpu }) => cpu, 'processor of % for a reading', 'µs'),
    // Who is at the end of its core is what the rate depends on.
    ...(kind.endsWith('apart') ? each(({ busy }) => busy, '% busy', 'cores') : []),
  ];
}

function ratiosOf({ ours, other, name, least }: Comparison, of: string, runs: Runs): Result[] {
  const others = runs.get(other);
  if (others === undefined) return [];
  const each = (ratio: (our: Run, other: Run) => number) =>
    spreadOf((runs.get(ours) ?? []).flatMap((run, at) => others.slice(at, at + 1).map((that) => ratio(run, that))));
  const held = each((our, that) => our.held / that.held);
  const must = least === undefined ? {} : { must: { text: `≥ ${least}`, met: held.median >= least } };
  const own = ({ cpu }: Run) => cpu['Facility Watch'] ?? Number.NaN;
  return [
    { name: `${name}, ${of}`, unit: '×', ...held, ...must },
    ...(other.startsWith('embedded')
      ? [
          // Without the end, when what does not fill a request waits for more that does not come.
          {
            name: `${name}, by what was acknowledged, ${of}`,
            unit: '×',
            ...each((our, that) => our.acknowledged / that.acknowledged),
          },
          // What our process alone makes of its cores.
          {
            name: `${name}, by our process's own time, ${of}`,
            unit: '×',
            ...each((our, that) => own(that) / own(our)),
          },
        ]
      : []),
  ];
}

/** Acknowledged, and not there in the end. Others may lose some; ours must not. */
function lostOf(kind: Kind, of: string, runs: readonly Run[]): Result[] {
  if (kind.startsWith('embedded')) return [];
  const lost = runs.map((run) => run.lost);
  const must = { must: { text: '0', met: lost.every((count) => count === 0) } };
  return [
    {
      name: `${NAMES[kind]}: acknowledged and not in InfluxDB, ${of}`,
      unit: 'readings',
      ...spreadOf(lost),
      ...(kind.startsWith('ours') ? must : {}),
    },
  ];
}
