import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { ROW, SEQ, TIME, unpackArrival, type PackedReadings } from '../packed.ts';
import { decodeArrivals } from './arrival-block.ts';
import { LedgerDamaged } from './parse.ts';
import type { Arrival, ArrivalSeq } from '../arrival.ts';

/** The whole log, in order: what its consumer has not taken over. */
export function readArrivals(db: DatabaseSync): Arrival[] {
  const select = db.prepare(
    'SELECT last_seq, count, columns, checksum, trimmed_seq FROM arrivals JOIN head ON last_seq > trimmed_seq ORDER BY last_seq',
    { returnArrays: true },
  );
  const arrivals: Arrival[] = [];
  for (const row of select.iterate()) {
    const { packed, rest } = runOf(Object.values(row));
    for (let at = 0; at < packed.length; at += ROW)
      if ((packed[at + SEQ] ?? 0) > numeric(rest)) arrivals.push(arrivalOf(packed, at));
  }
  return arrivals;
}

/** Of the arrivals behind the number `after` and up to `upto`, in their order, those of a source time before `end` (ms epoch). */
export function pastArrivals(db: DatabaseSync) {
  const select = db.prepare(
    'SELECT last_seq, count, columns, checksum FROM arrivals WHERE last_seq > ? AND last_seq - count < ? ORDER BY last_seq',
    { returnArrays: true },
  );
  return ({ after, upto, end }: { after: ArrivalSeq; upto: ArrivalSeq; end: number }): Arrival[] => {
    const arrivals: Arrival[] = [];
    for (const row of select.iterate(after, upto)) {
      const { packed } = runOf(Object.values(row));
      for (let at = 0; at < packed.length; at += ROW) {
        const seq = packed[at + SEQ] ?? 0;
        if (seq > after && seq <= upto && (packed[at + TIME] ?? 0) < end) arrivals.push(arrivalOf(packed, at));
      }
    }
    return arrivals;
  };
}

function runOf([last, count, columns, checksum, rest]: readonly (SQLOutputValue | undefined)[]) {
  return { packed: decoded(numeric(last), numeric(count), columns, numeric(checksum)), rest };
}

function decoded(last: number, count: number, columns: SQLOutputValue | undefined, checksum: number): PackedReadings {
  if (!(columns instanceof Uint8Array)) throw new LedgerDamaged('the log of arrivals holds a run without readings');
  try {
    return decodeArrivals({ columns, checksum }, last, count);
  } catch (cause) {
    throw damaged(last, cause);
  }
}

function arrivalOf(packed: PackedReadings, at: number): Arrival {
  try {
    return unpackArrival(packed, at);
  } catch (cause) {
    throw damaged(packed[at + SEQ] ?? 0, cause);
  }
}

function damaged(seq: number, cause: unknown): LedgerDamaged {
  const told = cause instanceof Error ? cause.message : String(cause);
  return new LedgerDamaged(`the log of arrivals holds a run, near ${seq}, that cannot be read: ${told}`, { cause });
}

function numeric(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new LedgerDamaged('the log of arrivals holds a row that cannot be read');
  return value;
}
