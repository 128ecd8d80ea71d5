import { CLAIMED, MARKS, ROW, TIME, VALUE, type PackedReadings } from '../packed.ts';
import type { SettleResult } from './stored.ts';

export interface Merged extends Omit<SettleResult, 'spoilt'> {
  /** Ascending in time, each time once. */
  readonly rows: PackedReadings;
  /** False: everything was there already. */
  readonly changed: boolean;
}

/**
 * Puts rows (in arrival order) into those of a block (ascending). One that differs only in its receipt is a duplicate
 * and dropped; another value replaces and is a conflict; the same value graded anew replaces.
 */
export function mergeRows(stored: PackedReadings, arriving: PackedReadings): Merged {
  const rows = stored.length === 0 ? arriving : joined([stored, arriving]);
  if (ascend(rows, Math.max(ROW, stored.length))) return { rows, conflicts: 0, duplicates: 0, changed: true };
  const byTime = new Map<number, number>();
  for (let at = 0; at < stored.length; at += ROW) byTime.set(rows[at + TIME] ?? 0, at);
  let conflicts = 0;
  let duplicates = 0;
  for (let at = stored.length; at < rows.length; at += ROW) {
    const t = rows[at + TIME] ?? 0;
    const there = byTime.get(t);
    if (there !== undefined && isDuplicate(rows, there, at)) {
      duplicates += 1;
      continue;
    }
    if (there !== undefined && !Object.is(rows[there + VALUE], rows[at + VALUE])) conflicts += 1;
    byTime.set(t, at);
  }
  const order = [...byTime].sort(([one], [other]) => one - other);
  const merged = new Float64Array(order.length * ROW);
  order.forEach(([, at], index) => merged.set(rows.subarray(at, at + ROW), index * ROW));
  return { rows: merged, conflicts, duplicates, changed: duplicates * ROW < arriving.length };
}

/** Rows one after the other. */
export function joined(parts: readonly PackedReadings[]): PackedReadings {
  const rows = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

/** Whether each row from this place on is later than the one before it. */
function ascend(rows: PackedReadings, from: number): boolean {
  for (let at = from; at < rows.length; at += ROW)
    if (!((rows[at + TIME] ?? 0) > (rows[at - ROW + TIME] ?? 0))) return false;
  return true;
}

function isDuplicate(rows: PackedReadings, one: number, other: number): boolean {
  return [VALUE, MARKS, CLAIMED].every((column) => Object.is(rows[one + column], rows[other + column]));
}
