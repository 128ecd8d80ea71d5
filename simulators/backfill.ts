import type { DeviceAction, Simulation } from './simulation.ts';

const HOUR = 3_600_000;
/** Hours that are simulated and then sent, before the next ones: bounds memory. */
const CHUNK = 6 * HOUR;
/** Readings or events that one message holds at most; about 30 kB. */
const BATCH = { readings: 200, events: 100 } as const;

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
  while (progress.until + 1_000 < to()) {
    const until = Math.min(progress.until + CHUNK, to());
    const batches = batched(simulation.advance(until));
    await Promise.all(batches.map(({ action }) => perform(action)));
    progress = {
      until,
      messages: progress.messages + batches.length,
      entries: progress.entries + batches.reduce((sum, { entries }) => sum + entries, 0),
    };
    onProgress?.(progress);
  }
  return progress;
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
