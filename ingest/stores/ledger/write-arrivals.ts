import type { DatabaseSync } from 'node:sqlite';
import type { PackedReadings } from '../packed.ts';
import type { Series, StoredEvent } from './types.ts';
import { runWriter } from './write-runs.ts';

/** What came in. Functions that hand out ids return the highest one; 0: none. */
export interface ArrivalWriter {
  series(rows: readonly Series[]): number;
  arrivals(packed: PackedReadings): number;
  events(rows: readonly StoredEvent[]): void;
}

export function arrivalWriter(db: DatabaseSync): ArrivalWriter {
  const insertSeries = db.prepare('INSERT INTO series VALUES (?, ?, ?, ?, ?)');
  // The same id with the same content is the same event.
  const insertEvent = db.prepare(`INSERT INTO event
    (site, device, event_id, content_hash, kind, result, detail, occurred_at, received_at, late, claimed_time, conflict)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, device, event_id, content_hash) DO NOTHING`);

  return {
    series(rows) {
      let highest = 0;
      for (const { id, site, owner, metric } of rows) {
        insertSeries.run(id, site, owner.kind, owner.id, metric);
        highest = Math.max(highest, id);
      }
      return highest;
    },
    arrivals: runWriter(db),
    events(rows) {
      for (const event of rows) {
        insertEvent.run(
          event.site,
          event.device,
          event.id,
          event.contentHash,
          event.detail.kind,
          'result' in event.detail ? event.detail.result : null,
          JSON.stringify(event.detail),
          event.occurredAt,
          event.receivedAt,
          Number(event.late),
          event.claimedTime,
          Number(event.conflict),
        );
      }
    },
  };
}
