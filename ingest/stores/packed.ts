import { marksCode, marksOf } from './codes.ts';
import type { Arrival } from './arrival.ts';
import type { Settlement, StoredReading } from './readings/stored.ts';

/**
 * Readings on their way between threads: rows of seven doubles in one buffer, which changes owner without being
 * copied. (Cloning 2,000 objects takes several ms on either side.)
 */
export type PackedReadings = Float64Array<ArrayBuffer>;

export const ROW = 7;
export const SEQ = 0;
export const SERIES = 1;
export const TIME = 2;
export const VALUE = 3;
export const MARKS = 4;
export const RECEIVED = 5;
/** NaN: none. */
export const CLAIMED = 6;

export function packArrivals(arrivals: readonly Arrival[]): PackedReadings {
  const packed = new Float64Array(arrivals.length * ROW);
  let at = 0;
  for (const arrival of arrivals) {
    packArrival(packed, at, arrival);
    at += ROW;
  }
  return packed;
}

/** As the row that starts at `at`. */
export function packArrival(packed: PackedReadings, at: number, arrival: Arrival): void {
  packed[at + SEQ] = arrival.seq;
  packed[at + SERIES] = arrival.series;
  packed[at + TIME] = arrival.sourceTime;
  packed[at + VALUE] = arrival.value;
  packed[at + MARKS] = marksCode(arrival);
  packed[at + RECEIVED] = arrival.receivedAt;
  packed[at + CLAIMED] = arrival.claimedTime ?? NaN;
}

export function packSettlements(settlements: readonly Settlement[]): PackedReadings {
  const rows = settlements.reduce((sum, { readings }) => sum + readings.length, 0);
  const packed = new Float64Array(rows * ROW);
  let at = 0;
  for (const { series, readings } of settlements) {
    for (const reading of readings) {
      packReading(packed, at, reading);
      packed[at + SERIES] = series;
      at += ROW;
    }
  }
  return packed;
}

export function packReadings(readings: readonly StoredReading[]): PackedReadings {
  const packed = new Float64Array(readings.length * ROW);
  readings.forEach((reading, index) => packReading(packed, index * ROW, reading));
  return packed;
}

function packReading(packed: PackedReadings, at: number, reading: StoredReading): void {
  packed[at + TIME] = reading.t;
  packed[at + VALUE] = reading.value;
  packed[at + MARKS] = marksCode(reading);
  packed[at + RECEIVED] = reading.receivedAt;
  packed[at + CLAIMED] = reading.claimedTime ?? NaN;
}

/** The reading of the row that starts at `at`. */
export function unpackReading(packed: PackedReadings, at: number): StoredReading {
  const claimed = packed[at + CLAIMED] ?? NaN;
  const { quality, reason, backfilled } = marksOf(packed[at + MARKS] ?? 0);
  return {
    t: packed[at + TIME] ?? 0,
    value: packed[at + VALUE] ?? 0,
    quality,
    reason,
    receivedAt: packed[at + RECEIVED] ?? 0,
    backfilled,
    claimedTime: Number.isNaN(claimed) ? null : claimed,
  };
}

/** The arrival of the row that starts at `at`. */
export function unpackArrival(packed: PackedReadings, at: number): Arrival {
  const { t, ...rest } = unpackReading(packed, at);
  return { seq: packed[at + SEQ] ?? 0, series: packed[at + SERIES] ?? 0, sourceTime: t, ...rest };
}

export function unpackReadings(packed: PackedReadings): StoredReading[] {
  const readings: StoredReading[] = [];
  for (let at = 0; at < packed.length; at += ROW) readings.push(unpackReading(packed, at));
  return readings;
}
