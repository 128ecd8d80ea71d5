import type { Clock } from '../../contract/clock.ts';
import type { BindBody, QuarantineSelection, RetryAnswer } from '../../contract/devices.ts';
import type { DeviceDesk, DeviceRefusal } from '../../contract/query.ts';
import type { Catalogue } from '../standards/types.ts';
import type { KeptEntry } from '../stores/ledger/device-rows.ts';
import { RegistryChanged, type LedgerReader } from '../stores/ledger/types.ts';
import { newestBeforeOf, rangeOf } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { StoredReading } from '../stores/readings/stored.ts';
import { NO_HISTORY, takeBind, type BindHistory } from './bind.ts';
import type { Item } from './item.ts';
import { takeRetry } from './retry.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** Readings that `from: 'first'` gives to a point at most. */
export const MOST_COPIED = 20_000;
const HOUR = 3_600_000;
/** How far back they may lie (ms): the first of these that does not hold too many. */
const REACHES = [Infinity, 1_000 * 24 * HOUR, 100 * 24 * HOUR, 10 * 24 * HOUR, 24 * HOUR, 6 * HOUR, HOUR];
/** A registry that others write again and again while it is to be changed here. */
const MOST_ATTEMPTS = 4;
/** Entries, and bytes of them, that one item of the line reads again: others are judged in between. */
const SLICE_ENTRIES = 50;
const SLICE_BYTES = 262_144;

export interface DeviceDeskOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly reader: Pick<LedgerReader, 'registryOf' | 'quarantine'>;
  readonly readings: ReadingsStore;
  /** ms */
  readonly retention: number;
  readonly enqueue: (judge: () => void, rest: Partial<Item>) => void;
  /** The world may hold a registry that the ledger does not: it is to be compared anew. */
  readonly registryInDoubt: () => void;
}

/** What people do about devices that do not appear; each walks the line. */
export function createDeviceDesk(options: DeviceDeskOptions): DeviceDesk {
  const { world, clock, catalogue, reader, readings, retention, enqueue, registryInDoubt } = options;
  const notStoring: DeviceRefusal = { refused: 'not_storing' };

  /** Resolves with what `judge` answered when it is committed; `again`: the registry was changed by another process. */
  function walk<T>(judge: () => T): Promise<T | DeviceRefusal | 'again'> {
    return new Promise((resolve, reject) => {
      let answer: T | DeviceRefusal | 'again' = notStoring;
      enqueue(
        () => {
          answer = judge();
        },
        {
          storedOnly: true,
          done: () => resolve(answer),
          letGo() {
            registryInDoubt();
            resolve(notStoring);
          },
          offends(error) {
            if (error instanceof RegistryChanged) answer = 'again';
            else reject(error instanceof Error ? error : new Error(String(error)));
            return [];
          },
          found: registryInDoubt,
        },
      );
    });
  }

  async function historyOf(site: string, body: BindBody): Promise<BindHistory> {
    const series = world.series.committed(keyOf.deviceSeries(site, body.device, body.metric))?.series.id;
    if (body.from === 'now' || series === undefined) return NO_HISTORY;
    const sources = { readings, tail: world.tail };
    const metric = body.metric.split('.')[0] ?? body.metric;
    const ofPoint = world.series.committed(keyOf.pointSeries(site, body.point.id, metric))?.series.id;
    // A device's clock may be ahead of ours.
    const to = clock.now().wall + 24 * HOUR;
    const newest = ofPoint === undefined ? undefined : await newestBeforeOf(sources, ofPoint, to);
    const after = newest === undefined ? 0 : newest.t + 1;
    let own: readonly StoredReading[] = [];
    for (const reach of REACHES) {
      const from = Math.max(after, to - 24 * HOUR - reach);
      own = await rangeOf(sources, { series, from: Math.max(0, from), to, limit: MOST_COPIED + 1 });
      if (own.length <= MOST_COPIED) break;
    }
    return { own: own.slice(-MOST_COPIED), newestOfPoint: newest?.t ?? null };
  }

  async function retryGroup(site: string, selection: QuarantineSelection, user: string) {
    if (world.models.committed(site) === undefined) return { refused: 'no_such_site' } as const;
    const sum: Mutable<RetryAnswer> = { tried: 0, read: 0, unreadable: 0, written: 0 };
    const group = reader.quarantine.group({ site, ...selection });
    const waiting = group === undefined ? [] : [...reader.quarantine.unread(group.id)];
    while (waiting.length > 0) {
      const entries = loadSlice(waiting);
      const answer = await walk(() =>
        world.storing ? takeRetry(world, { entries, user }, { now: clock.now(), retention }) : notStoring,
      );
      if (answer === 'again' || 'refused' in answer) return notStoring;
      for (const key of ['tried', 'read', 'unreadable', 'written'] as const) sum[key] += answer[key];
    }
    return sum;
  }

  function loadSlice(waiting: { readonly id: number; readonly bytes: number }[]): KeptEntry[] {
    const entries: KeptEntry[] = [];
    for (let bytes = 0; waiting.length > 0 && entries.length < SLICE_ENTRIES && bytes < SLICE_BYTES;) {
      const next = waiting.shift();
      const entry = next === undefined ? undefined : reader.quarantine.entry(next.id);
      bytes += next?.bytes ?? 0;
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** One retry at a time: what the one before has read is gone when the next looks. */
  let turn: Promise<unknown> = Promise.resolve();

  return {
    async bind(request) {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
        const history = await historyOf(request.site, request.body);
        const answer = await walk(() => takeBind(world, request, { catalogue, now: clock.now(), reader, history }));
        if (answer !== 'again') return answer;
      }
      return notStoring;
    },
    retry({ site, selection, user }) {
      const mine = turn.then(() => retryGroup(site, selection, user.username));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async discard({ site, selection, user }) {
      if (world.models.committed(site) === undefined) return { refused: 'no_such_site' };
      const answer = await walk((): 'discarded' | DeviceRefusal => {
        const group = reader.quarantine.group({ site, ...selection });
        if (group === undefined) return 'discarded';
        const at = clock.now().wall;
        const { device, topic, code, count } = group;
        world.pending.quarantineChanges.push({
          change: { op: 'discard', group: group.id, at },
          audit: {
            at,
            site,
            kind: 'quarantine.discarded',
            actor: user.username,
            detail: { device, topic, code, count },
          },
        });
        return 'discarded';
      });
      return answer === 'again' ? notStoring : answer;
    },
  };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
