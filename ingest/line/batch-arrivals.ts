import type { SeriesId } from '../../contract/reading.ts';
import type { Arrival } from '../stores/arrival.ts';
import {
  CLAIMED,
  MARKS,
  packArrival,
  RECEIVED,
  ROW,
  SEQ,
  SERIES,
  TIME,
  unpackArrival,
  VALUE,
  type PackedReadings,
} from '../stores/packed.ts';

/** Rows that there is room for from the beginning; a batch that needed many more gives the room back. */
const ROOM = 1_024;
const MOST_ROOM = 64 * ROOM;
/** Readings of one series from which on they are looked up by their time instead of one after the other. */
const MANY = 16;
const NONE = -1;

/** A good reading that came in time. */
export interface UsualArrival {
  readonly series: SeriesId;
  /** ms epoch */
  readonly t: number;
  readonly value: number;
  /** ms epoch */
  readonly receivedAt: number;
  readonly claimedTime: number | null;
}

/**
 * Readings of the batch being judged, as the rows that the ledger, the tail and the forwarder take: objects, of which
 * each message would make twenty, live just long enough to be costly garbage.
 */
export class BatchArrivals {
  #rows = new Float64Array(ROOM * ROW);
  /** For each row the one before it of the same series; NONE: there is none. */
  #before = new Int32Array(ROOM);
  #count = 0;
  /** By series, and true of it only if its batch is this one. */
  #batchOf = new Float64Array(ROOM);
  #lastOf = new Int32Array(ROOM);
  #countOf = new Int32Array(ROOM);
  #newestOf = new Float64Array(ROOM);
  #batch = 1;
  /** Rows by time, of a series with many. */
  readonly #byTime = new Map<SeriesId, Map<number, number>>();

  get length(): number {
    return this.#count;
  }

  add(arrival: Arrival): void {
    const row = this.#take(arrival.series, arrival.sourceTime);
    packArrival(this.#rows, row * ROW, arrival);
  }

  addUsual(seq: number, { series, t, value, receivedAt, claimedTime }: UsualArrival): void {
    const at = this.#take(series, t) * ROW;
    const rows = this.#rows;
    rows[at + SEQ] = seq;
    rows[at + SERIES] = series;
    rows[at + TIME] = t;
    rows[at + VALUE] = value;
    rows[at + MARKS] = 0;
    rows[at + RECEIVED] = receivedAt;
    rows[at + CLAIMED] = claimedTime ?? Number.NaN;
  }

  /** The value at exactly this time of a series; undefined: the batch has none. */
  valueAt(series: SeriesId, t: number): number | undefined {
    const row = this.#find(series, t);
    return row === NONE ? undefined : this.#rows[row * ROW + VALUE];
  }

  at(series: SeriesId, t: number): Arrival | undefined {
    const row = this.#find(series, t);
    return row === NONE ? undefined : unpackArrival(this.#rows, row * ROW);
  }

  /** All of a series, in the order of their arrival. */
  of(series: SeriesId): Arrival[] {
    const found: Arrival[] = [];
    for (let row = this.#last(series); row !== NONE; row = this.#before[row] ?? NONE)
      found.push(unpackArrival(this.#rows, row * ROW));
    return found.reverse();
  }

  /** In the order of their arrival; good until the next one is added. */
  view(): PackedReadings {
    return this.#rows.subarray(0, this.#count * ROW);
  }

  clear(): void {
    this.#count = 0;
    this.#batch += 1;
    this.#byTime.clear();
    if (this.#before.length <= MOST_ROOM) return;
    this.#rows = new Float64Array(ROOM * ROW);
    this.#before = new Int32Array(ROOM);
  }

  /** The row of a reading that comes next. */
  #take(series: SeriesId, t: number): number {
    const row = this.#count;
    if (row === this.#before.length) {
      this.#rows = grown(this.#rows, new Float64Array(this.#rows.length * 2));
      this.#before = grown(this.#before, new Int32Array(row * 2));
    }
    this.#count += 1;
    const before = this.#last(series);
    this.#before[row] = before;
    const count = before === NONE ? 1 : (this.#countOf[series] ?? 0) + 1;
    const newest = before === NONE ? t : Math.max(t, this.#newestOf[series] ?? t);
    if (series >= this.#batchOf.length) this.#makeRoomFor(series);
    this.#batchOf[series] = this.#batch;
    this.#lastOf[series] = row;
    this.#countOf[series] = count;
    this.#newestOf[series] = newest;
    if (count > MANY) this.#index(series, before).set(t, row);
    return row;
  }

  #last(series: SeriesId): number {
    return this.#batchOf[series] === this.#batch ? (this.#lastOf[series] ?? NONE) : NONE;
  }

  #find(series: SeriesId, t: number): number {
    let row = this.#last(series);
    if (row === NONE || t > (this.#newestOf[series] ?? t)) return NONE;
    const byTime = this.#byTime.get(series);
    if (byTime !== undefined) return byTime.get(t) ?? NONE;
    while (row !== NONE && this.#rows[row * ROW + TIME] !== t) row = this.#before[row] ?? NONE;
    return row;
  }

  /** What is there of a series by time, where a later one of equal time counts; made when it becomes many. */
  #index(series: SeriesId, last: number): Map<number, number> {
    const known = this.#byTime.get(series);
    if (known !== undefined) return known;
    const byTime = new Map<number, number>();
    for (let row = last; row !== NONE; row = this.#before[row] ?? NONE) {
      const t = this.#rows[row * ROW + TIME] ?? 0;
      if (!byTime.has(t)) byTime.set(t, row);
    }
    this.#byTime.set(series, byTime);
    return byTime;
  }

  #makeRoomFor(series: SeriesId): void {
    const room = Math.max(series + 1, this.#batchOf.length * 2);
    this.#batchOf = grown(this.#batchOf, new Float64Array(room));
    this.#lastOf = grown(this.#lastOf, new Int32Array(room));
    this.#countOf = grown(this.#countOf, new Int32Array(room));
    this.#newestOf = grown(this.#newestOf, new Float64Array(room));
  }
}

function grown<T extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(from: T, to: T): T {
  to.set(from);
  return to;
}
