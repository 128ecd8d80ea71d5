import { marksCode, marksOf } from './codes.ts';
import type { Arrival, ArrivalSeq } from './ledger/types.ts';
import { CLAIMED, MARKS, RECEIVED, ROW, SEQ, SERIES, TIME, VALUE, type PackedReadings } from './packed.ts';

/** Rows of one piece of memory: it grows by pieces and is never copied. */
const PIECE = 8_192;
const NONE = -1;

/**
 * Readings kept as rows of numbers outside of the heap. A million of them as objects would be looked at again with every
 * collection of garbage; as rows they cost 56 bytes each and nothing else.
 */
export interface ArrivalRows {
  /** Number of the row that holds it from now on. */
  add(arrival: Arrival): number;
  /** The row is free: the next reading may take it. */
  release(row: number): void;
  at(row: number): Arrival;
  /** Copies it as the packed row that starts at `to`. */
  pack(row: number, packed: PackedReadings, to: number): void;
  seq(row: number): ArrivalSeq;
  time(row: number): number;
  value(row: number): number;
  receivedAt(row: number): number;
}

export function createArrivalRows(): ArrivalRows {
  const pieces: Float64Array[] = [];
  let used = 0;
  /** The first free row; each names the next one in the place of its seq. */
  let free = NONE;

  const pieceOf = (row: number): Float64Array => pieces[Math.floor(row / PIECE)] ?? EMPTY;
  const placeOf = (row: number): number => (row % PIECE) * ROW;
  const field = (row: number, column: number): number => pieceOf(row)[placeOf(row) + column] ?? Number.NaN;

  function take(): number {
    if (free !== NONE) {
      const row = free;
      free = field(row, SEQ);
      return row;
    }
    if (used % PIECE === 0) pieces.push(new Float64Array(PIECE * ROW));
    return used++;
  }

  return {
    add(arrival) {
      const row = take();
      const piece = pieceOf(row);
      const at = placeOf(row);
      piece[at + SEQ] = arrival.seq;
      piece[at + SERIES] = arrival.series;
      piece[at + TIME] = arrival.sourceTime;
      piece[at + VALUE] = arrival.value;
      piece[at + MARKS] = marksCode(arrival);
      piece[at + RECEIVED] = arrival.receivedAt;
      piece[at + CLAIMED] = arrival.claimedTime ?? Number.NaN;
      return row;
    },
    release(row) {
      pieceOf(row)[placeOf(row) + SEQ] = free;
      free = row;
    },
    at(row) {
      const claimed = field(row, CLAIMED);
      const { quality, reason, backfilled } = marksOf(field(row, MARKS));
      return {
        seq: field(row, SEQ),
        series: field(row, SERIES),
        value: field(row, VALUE),
        sourceTime: field(row, TIME),
        receivedAt: field(row, RECEIVED),
        quality,
        reason,
        backfilled,
        claimedTime: Number.isNaN(claimed) ? null : claimed,
      };
    },
    pack(row, packed, to) {
      const piece = pieceOf(row);
      const at = placeOf(row);
      for (let column = 0; column < ROW; column += 1) packed[to + column] = piece[at + column] ?? Number.NaN;
    },
    seq: (row) => field(row, SEQ),
    time: (row) => field(row, TIME),
    value: (row) => field(row, VALUE),
    receivedAt: (row) => field(row, RECEIVED),
  };
}

const EMPTY = new Float64Array(0);
