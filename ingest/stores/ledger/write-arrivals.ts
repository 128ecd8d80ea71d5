import type { DatabaseSync } from 'node:sqlite';
import { marksOf, qualityCode, reasonCode } from '../codes.ts';
import { CLAIMED, MARKS, RECEIVED, ROW, SEQ, SERIES, TIME, VALUE, type PackedReadings } from '../packed.ts';
import type { Series, StoredEvent } from './types.ts';

/** Rows that one statement inserts: fewer calls into SQLite for a large batch. */
const MANY = 32;
const COLUMNS = 9;

/** What came in. Functions that hand out ids return the highest one; 0: none. */
export interface ArrivalWriter {
  series(rows: readonly Series[]): number;
  arrivals(packed: PackedReadings): number;
  events(rows: readonly StoredEvent[]): void;
}

export function arrivalWriter(db: DatabaseSync): ArrivalWriter {
  const insertSeries = db.prepare('INSERT INTO series VALUES (?, ?, ?, ?, ?)');
  const row = `(${Array(COLUMNS).fill('?').join(', ')})`;
  const insertOne = db.prepare(`INSERT INTO arrival VALUES ${row}`);
  const insertMany = db.prepare(`INSERT INTO arrival VALUES ${Array(MANY).fill(row).join(', ')}`);
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
    arrivals(packed) {
      let highest = 0;
      let values: (number | null)[] = [];
      const step = MANY * ROW;
      const whole = packed.length - (packed.length % step);
      for (let at = 0; at < packed.length; at += ROW) {
        pushRow(values, packed, at);
        highest = Math.max(highest, packed[at + SEQ] ?? 0);
        if (at < whole && values.length < MANY * COLUMNS) continue;
        (at < whole ? insertMany : insertOne).run(...values);
        values = [];
      }
      return highest;
    },
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

function pushRow(values: (number | null)[], packed: PackedReadings, at: number): void {
  const { quality, reason, backfilled } = marksOf(packed[at + MARKS] ?? 0);
  const claimed = packed[at + CLAIMED] ?? NaN;
  values.push(
    packed[at + SEQ] ?? null,
    packed[at + SERIES] ?? null,
    packed[at + TIME] ?? null,
    packed[at + VALUE] ?? null,
    qualityCode(quality),
    reasonCode(reason),
    backfilled ? 1 : 0,
    packed[at + RECEIVED] ?? null,
    Number.isNaN(claimed) ? null : claimed,
  );
}
