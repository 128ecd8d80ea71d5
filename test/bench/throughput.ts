import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { startBare, startLoader, startOurs, type LoaderOptions, type Server } from './processes.ts';
import { must, spreadOf, type Result } from './result.ts';
import type { Effort } from './effort.ts';

interface Load {
  readonly devices: number;
  readonly metrics: number;
  /** Messages of one device under way. */
  readonly window: number;
}

interface Run {
  readonly perSecond: number;
  readonly writtenPerReading: number;
  readonly peak: number;
}

/** Unsettled readings beyond which open hours are settled too: from there on a run is in a steady state. */
const FULL_TAIL = 500_000;
/** The same of each series. */
const FULL_OF_EACH = 75;

/** Rows of the log of arrivals, by a reader of its own. */
export function logDepth({ dir }: Server): number {
  const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
  try {
    const row = db.prepare('SELECT sum(count) AS n FROM arrivals').get();
    return Number(row?.['n'] ?? 0);
  } finally {
    db.close();
  }
}

/**
 * Fills the tail first, with readings of the same devices: else a short run would be over before anything settles.
 * Resolves with the messages that it took.
 */
export async function fillTail(options: Omit<LoaderOptions, 'metrics'> & { metrics?: number }): Promise<number> {
  const { metrics = 20, devices } = options;
  const loader = await startLoader({ ...options, metrics });
  // Of many series it takes more before open hours are settled.
  const rounds = Math.ceil(Math.max(FULL_TAIL / metrics / devices, FULL_OF_EACH));
  const { total } = await loader.run({ job: 'burst', messages: rounds });
  await loader.stop();
  return total;
}

async function runOnce(kind: 'ours' | 'bare', { devices, metrics, window }: Load, effort: Effort): Promise<Run> {
  const { seconds } = effort;
  const fleet = { devices, metrics, doors: 0, interval: 10 };
  const server = kind === 'ours' ? await startOurs(fleet) : await startBare();
  const closing: (() => Promise<void> | void)[] = [() => server.stop()];
  try {
    if (kind === 'ours' && !effort.quick) await fillTail({ port: server.port, devices, metrics });
    const loader = await startLoader({ port: server.port, devices, metrics });
    closing.push(() => loader.stop());
    const half = seconds / 2;
    const warm = effort.quick ? 0.2 : 3;
    const log = kind === 'ours' && !effort.quick ? watchLog(server) : undefined;
    closing.push(() => log?.stop());
    const first = await loader.run({ job: 'flood', window, warm, seconds: half });
    const halfTime = log?.deepest() ?? 0;
    const before = server.written();
    const second = await loader.run({ job: 'flood', window, warm: 0, seconds: half });
    const written = server.written() - before;
    refuseGrowth(halfTime, log?.deepest() ?? 0);
    const { peak } = await server.figures();
    const acknowledged = first.acknowledged + second.acknowledged;
    return {
      perSecond: acknowledged / (first.seconds + second.seconds),
      writtenPerReading: written / (second.total * metrics),
      peak,
    };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** How deep the log gets: settling empties it every ten seconds, so that a single look tells little. */
function watchLog(server: Server): { deepest: () => number; stop: () => void } {
  let deepest = 0;
  const timer = setInterval(() => (deepest = Math.max(deepest, logDepth(server))), 500);
  return {
    /** Since it was last asked. */
    deepest() {
      const until = deepest;
      deepest = 0;
      return until;
    },
    stop: () => clearInterval(timer),
  };
}

/** A log that grows would be a debt, paid after the run. */
function refuseGrowth(halfTime: number, end: number): void {
  if (end > halfTime * 1.25 + 50_000)
    throw new Error(`the log grew from ${halfTime} to ${end} rows: the rate is not sustained`);
}

/** Acknowledged messages, and readings, a second: ours beside the bare pipeline, pairs alternating. */
export async function throughput(load: Load, effort: Effort): Promise<Result[]> {
  const ours: Run[] = [];
  const bare: Run[] = [];
  for (let pair = 0; pair < effort.pairs; pair += 1) {
    const order = pair % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
    for (const kind of order) (kind === 'ours' ? ours : bare).push(await runOnce(kind, load, effort));
  }
  const { devices, metrics } = load;
  const of = `${devices} devices, ${metrics} ${metrics === 1 ? 'reading' : 'readings'} a message`;
  const ratios = ours.map(({ perSecond }, at) => perSecond / (bare[at]?.perSecond ?? Number.NaN));
  const ratio = spreadOf(ratios);
  const messages = spreadOf(ours.map(({ perSecond }) => perSecond));
  const readings = spreadOf(ours.map(({ perSecond }) => perSecond * metrics));
  return [
    {
      name: `acknowledged messages, ${of}`,
      unit: 'messages/s',
      ...messages,
      ratio,
      // Of messages with many readings the readings count: the bare pipeline appends any message as one row.
      ...(metrics === 1 ? { must: { text: '≥ 0.6 of the bare pipeline', met: ratio.median >= 0.6 } } : {}),
    },
    {
      name: `acknowledged readings, ${of}`,
      unit: 'readings/s',
      ...readings,
      ...(metrics > 1 ? { must: must(readings.median, { least: 200_000, unit: 'readings/s' }) } : {}),
    },
    {
      name: `bytes to disk for a reading, ${of}`,
      unit: 'B',
      ...spreadOf(ours.map(({ writtenPerReading }) => writtenPerReading)),
      ratio: spreadOf(ours.map((run, at) => run.writtenPerReading / (bare[at]?.writtenPerReading ?? Number.NaN))),
    },
    {
      name: `most memory, ${of}`,
      unit: 'MB',
      ...spreadOf(ours.map(({ peak }) => peak / 1e6)),
      ratio: spreadOf(ours.map((run, at) => run.peak / (bare[at]?.peak ?? Number.NaN))),
    },
  ];
}
