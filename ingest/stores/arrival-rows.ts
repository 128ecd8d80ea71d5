import type { Arrival, ArrivalSeq } from './arrival.ts';
import { RECEIVED, ROW, SEQ, TIME, unpackArrival, VALUE, type PackedReadings } from './packed.ts';

/** Blocks of one piece of memory: it grows by pieces and is never copied. */
const PIECE = 1_024;
/**
 * Rows that lie beside each other and belong to one log. What is settled is read log by log: rows that lie about singly
 * would have to be fetched from memory one by one.
 */
const BLOCK = 8;

/**
 * Readings kept as rows of numbers outside of the heap. A million of them as objects would be looked at again with every
 * collection of garbage; as rows they cost 56 bytes each and, for each log, what is left of a block.
 */
export interface ArrivalRows {
  /** Keeps the row that starts at `from` at the end of the log. */
  add(log: RowLog, packed: PackedReadings, from: number): void;
  /** Forgets the oldest of a log; their blocks may be taken by the next that comes. */
  drop(log: RowLog, count: number): void;
  at(log: RowLog, index: number): Arrival;
  /** Copies the oldest `count` as packed rows, the first one to `to`. */
  pack(log: RowLog, count: number, packed: PackedReadings, to: number): void;
  /** Copies one. */
  packOne(log: RowLog, index: number, packed: PackedReadings, to: number): void;
  seq(log: RowLog, index: number): ArrivalSeq;
  time(log: RowLog, index: number): number;
  value(log: RowLog, index: number): number;
  receivedAt(log: RowLog, index: number): number;
}

/** Where a log's rows lie, in the order of their arrival. */
export interface RowLog {
  readonly blocks: number[];
  /** Rows of the first block that were dropped. */
  skip: number;
  length: number;
}

export const emptyLog = (): RowLog => ({ blocks: [], skip: 0, length: 0 });

export function createArrivalRows(): ArrivalRows {
  const pieces: PackedReadings[] = [];
  let used = 0;
  const free: number[] = [];

  function takeBlock(): number {
    const block = free.pop();
    if (block !== undefined) return block;
    if (used % PIECE === 0) pieces.push(new Float64Array(PIECE * BLOCK * ROW));
    return used++;
  }

  const blockOf = ({ blocks, skip }: RowLog, index: number): number =>
    blocks[Math.floor((skip + index) / BLOCK)] ?? Number.NaN;
  const pieceOf = (block: number): PackedReadings => pieces[Math.floor(block / PIECE)] ?? EMPTY;
  const placeOf = (block: number, row: number): number => ((block % PIECE) * BLOCK + (row % BLOCK)) * ROW;

  function field(log: RowLog, index: number, column: number): number {
    const block = blockOf(log, index);
    return pieceOf(block)[placeOf(block, log.skip + index) + column] ?? Number.NaN;
  }

  function packOne(log: RowLog, index: number, packed: PackedReadings, to: number): void {
    const block = blockOf(log, index);
    const piece = pieceOf(block);
    const at = placeOf(block, log.skip + index);
    for (let column = 0; column < ROW; column += 1) packed[to + column] = piece[at + column] ?? Number.NaN;
  }

  return {
    add(log, packed, from) {
      const row = log.skip + log.length;
      if (row === log.blocks.length * BLOCK) log.blocks.push(takeBlock());
      const block = blockOf(log, log.length);
      const piece = pieceOf(block);
      const at = placeOf(block, row);
      log.length += 1;
      for (let column = 0; column < ROW; column += 1) piece[at + column] = packed[from + column] ?? Number.NaN;
    },
    drop(log, count) {
      const dropped = Math.min(count, log.length);
      log.length -= dropped;
      log.skip += dropped;
      const gone = log.length === 0 ? log.blocks.length : Math.floor(log.skip / BLOCK);
      for (const block of log.blocks.splice(0, gone)) free.push(block);
      log.skip = log.length === 0 ? 0 : log.skip % BLOCK;
    },
    at(log, index) {
      const block = blockOf(log, index);
      return unpackArrival(pieceOf(block), placeOf(block, log.skip + index));
    },
    pack(log, count, packed, to) {
      for (let index = 0; index < count; index += 1) packOne(log, index, packed, to + index * ROW);
    },
    packOne,
    seq: (log, index) => field(log, index, SEQ),
    time: (log, index) => field(log, index, TIME),
    value: (log, index) => field(log, index, VALUE),
    receivedAt: (log, index) => field(log, index, RECEIVED),
  };
}

const EMPTY = new Float64Array(0);
