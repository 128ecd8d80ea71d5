import type { Takeover } from '../consume.ts';
import type { Line } from '../line/line.ts';
import type { World } from '../line/world.ts';
import type { IngestLevels } from '../meter.ts';
import type { Ledger } from '../stores/ledger/types.ts';
import type { Tail } from '../stores/tail.ts';
import { stateOf } from './alarm-view.ts';

interface LevelSources {
  readonly world: World;
  readonly line: Pick<Line, 'queued' | 'storing'>;
  readonly tail: Pick<Tail, 'size' | 'newestSeq' | 'trimPoint'>;
  readonly ledger: Pick<Ledger, 'room'>;
  readonly takeover: Pick<Takeover, 'consumer' | 'levels' | 'cap'>;
}

/** Where ingest stands, from committed state. */
export function levelsOf({ world, line, tail, ledger, takeover }: LevelSources): IngestLevels {
  const counts = new Map<string, IngestLevels['alarms'][number]>();
  for (const [, alarm] of world.alarms.committedEntries()) {
    const { site, priority } = alarm;
    const state = stateOf(alarm);
    const key = `${site}|${priority}|${state}`;
    counts.set(key, { site, priority, state, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const store = takeover.levels();
  return {
    storing: line.storing(),
    room: ledger.room(),
    queued: line.queued(),
    tail: tail.size(),
    // What is forwarded stays in the log until its hour is over.
    log: store === null ? tail.newestSeq() - tail.trimPoint() : takeover.consumer.waiting(),
    logCap: takeover.cap,
    oldestArrivalAt: takeover.consumer.oldestReceivedAt() ?? null,
    store,
    alarms: [...counts.values()],
  };
}
