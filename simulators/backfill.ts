import type { DeviceAction, Simulation } from './simulation.ts';

const HOUR = 3_600_000;
/** ms that are simulated and then sent, before the next ones: bounds memory. The first stretch tells how long may follow. */
const CHUNK = { first: HOUR / 60, longest: 6 * HOUR, actions: 200_000 } as const;
/** Readings or events that one message holds at most; about 30 kB. */
const BATCH = { readings: 200, events: 100 } as const;
/** Messages of one device under way: its link lets the oldest go from a few hundred on. */
const UNDER_WAY = 100;

export interface BackfillOptions {
  readonly simulation: Simulation;
  /** ms epoch: the simulation stands at `from`. */
  readonly from: number;
  readonly to: () => number;
  /** Resolves with the acknowledgement. */
  readonly perform: (action: DeviceAction) => Promise<void>;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

export interface BackfillProgress {
  /** ms epoch up to which everything is acknowledged. */
  readonly until: number;
  readonly messages: number;
  /** Values and events. */
  readonly entries: number;
}

/**
 * Writes what devices would have measured since `from`, oldest first, as fast as it is acknowledged: what a gateway
 * does that kept a long backlog. Ends at `to`, which may move on meanwhile.
 */
export async function backfill({
  simulation,
  from,
  to,
  perform,
  onProgress,
}: BackfillOptions): Promise<BackfillProgress> {
  let progress: BackfillProgress = { until: from, messages: 0, entries: 0 };
  await Promise.all(simulation.devices.map(({ id: device }) => perform({ at: from, device, kind: 'connect' })));
  let length: number = CHUNK.first;
  while (progress.until + 1_000 < to()) {
    const until = Math.min(progress.until + length, to());
    const actions = simulation.advance(until);
    const batches = batched(actions);
    const byDevice = Map.groupBy(batches, ({ action }) => action.device);
    await Promise.all([...byDevice.values()].map((own) => inTurn(own, perform)));
    length = Math.min(CHUNK.longest, length * Math.max(0.5, Math.min(10, CHUNK.actions / (actions.length + 1))));
    progress = {
      until,
      messages: progress.messages + batches.length,
      entries: progress.entries + batches.reduce((sum, { entries }) => sum + entries, 0),
    };
    onProgress?.(progress);
  }
  return progress;
}

/** One device's messages, so many at a time. */
async function inTurn(batches: readonly Batch[], perform: BackfillOptions['perform']): Promise<void> {
  for (const some of chunks(batches, UNDER_WAY)) await Promise.all(some.map(({ action }) => perform(action)));
}

interface Batch {
  readonly action: DeviceAction;
  readonly entries: number;
}

/** One device's messages of a chunk joined into arrays; what it did with its connection then is past. */
function batched(actions: readonly DeviceAction[]): Batch[] {
  const published = actions.filter((action) => action.kind === 'publish');
  const groups = Map.groupBy(published, ({ device, leaf }) => `${device} ${leaf}`);
  return [...groups.values()].flatMap((group) => {
    const size = group[0]?.leaf === 'events' ? BATCH.events : BATCH.readings;
    return chunks(group, size).map((part): Batch => {
      const elements = part.map(({ payload }) => (payload.startsWith('[') ? payload.slice(1, -1) : payload));
      const [first] = part;
      const payload = `[${elements.join(',')}]`;
      return { action: { ...(first as DeviceAction & { kind: 'publish' }), payload }, entries: countEntries(payload) };
    });
  });
}

/** Values of readings, or events: each has a comma-free key that only it has. */
function countEntries(payload: string): number {
  const parsed: unknown = JSON.parse(payload);
  if (!Array.isArray(parsed)) return 0;
  return parsed.reduce((sum: number, one: unknown) => {
    const values = typeof one === 'object' && one !== null && 'values' in one ? one.values : null;
    return sum + (typeof values === 'object' && values !== null ? Object.keys(values).length : 1);
  }, 0);
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
