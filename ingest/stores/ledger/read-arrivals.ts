import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { qualityOf, reasonOf } from '../codes.ts';
import { LedgerDamaged } from './rows.ts';
import type { Arrival } from './types.ts';

/** The whole log, in order. Rows as arrays: there may be a million. */
export function readArrivals(db: DatabaseSync): Arrival[] {
  const select = db.prepare(
    `SELECT seq, series, source_time, value, quality, reason, backfilled, received_at, claimed_time
     FROM arrival ORDER BY seq`,
    { returnArrays: true },
  );
  const arrivals: Arrival[] = [];
  for (const row of select.iterate()) arrivals.push(arrivalOf(Object.values(row)));
  return arrivals;
}

function arrivalOf(row: readonly SQLOutputValue[]): Arrival {
  const [seq, series, sourceTime, value, quality, reason, backfilled, receivedAt, claimedTime] = row;
  return {
    seq: numeric(seq),
    series: numeric(series),
    sourceTime: numeric(sourceTime),
    value: numeric(value),
    quality: coded(qualityOf, quality),
    reason: coded(reasonOf, reason),
    backfilled: backfilled === 1,
    receivedAt: numeric(receivedAt),
    claimedTime: claimedTime === null ? null : numeric(claimedTime),
  };
}

function numeric(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new LedgerDamaged('the log of arrivals holds a row that cannot be read');
  return value;
}

function coded<T>(read: (code: number) => T, value: SQLOutputValue | undefined): T {
  const code = numeric(value);
  try {
    return read(code);
  } catch (cause) {
    throw new LedgerDamaged(`the log of arrivals holds the unknown mark ${code}`, { cause });
  }
}
