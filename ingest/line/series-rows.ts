import { marksCode, marksOf, reasonCode, reasonOf } from '../stores/codes.ts';
import type { Assessed, QualityMark, QualityMemory, QualitySample } from '../quality/types.ts';
import type { CurrentValue, SeriesState } from './state.ts';

/** Doubles that hold what the line knows of a series, besides what the series is. NaN stands for null. */
export const SERIES_ROW = 23;

export const ASSESSED_TIME = 0;
export const BELIEVABLE = 1;
export const GOOD = 2;
export const SAMPLE = 3;
export const BAD_SINCE = 4;
export const UNKNOWN_SINCE = 5;
export const CURRENT = 6;
export const CURRENT_RECEIVED = 8;
export const NEWEST = 9;
export const BEFORE = 11;
export const ANCHOR = 13;
export const LEVEL = 15;
export const UNCHANGED_SINCE = 17;
export const STEP = 18;
export const FAHRENHEIT = 19;
export const SEEN = 20;
/** Marks of the current value and of the two newest samples, a byte each. */
export const MARKS = 21;
/** What the newest sample is unless it is a spike, one up, and why the last ones were bad, a byte each. */
export const DOUBTS = 22;

const NONE = Number.NaN;

export function packSeries(rows: Float64Array, at: number, state: SeriesState): void {
  const { memory, current, bad } = state;
  const [newest, before] = memory.recent;
  rows[at + ASSESSED_TIME] = state.assessedTime;
  rows[at + BELIEVABLE] = state.believableMono;
  rows[at + GOOD] = state.goodMono;
  rows[at + SAMPLE] = state.sampleMono ?? NONE;
  rows[at + BAD_SINCE] = bad === null ? NONE : bad.since;
  rows[at + UNKNOWN_SINCE] = state.unknownSince ?? NONE;
  packMark(rows, at + CURRENT, current);
  rows[at + CURRENT_RECEIVED] = current === null ? NONE : current.receivedAt;
  packMark(rows, at + NEWEST, newest);
  packMark(rows, at + BEFORE, before);
  packMark(rows, at + ANCHOR, memory.pace.anchor);
  packMark(rows, at + LEVEL, memory.pace.level);
  rows[at + UNCHANGED_SINCE] = memory.unchangedSince ?? NONE;
  rows[at + STEP] = memory.step ?? NONE;
  rows[at + FAHRENHEIT] = memory.fahrenheit;
  rows[at + SEEN] = memory.seen;
  rows[at + MARKS] = codeOf(current) | (codeOf(newest) << 8) | (codeOf(before) << 16);
  const unless = memory.unlessSpike === null ? 0 : codeOf(memory.unlessSpike) + 1;
  rows[at + DOUBTS] = unless | (reasonCode(bad === null ? null : bad.reason) << 8);
}

export function unpackSeries(rows: Float64Array, at: number, series: SeriesState['series']): SeriesState {
  const marks = cell(rows, at + MARKS);
  const doubts = cell(rows, at + DOUBTS);
  const badSince = cell(rows, at + BAD_SINCE);
  return {
    series,
    memory: unpackMemory(rows, at, marks, doubts & 0xff),
    current: currentOf(rows, at, marks & 0xff),
    assessedTime: cell(rows, at + ASSESSED_TIME),
    believableMono: cell(rows, at + BELIEVABLE),
    goodMono: cell(rows, at + GOOD),
    sampleMono: orNull(cell(rows, at + SAMPLE)),
    bad: Number.isNaN(badSince) ? null : { since: badSince, reason: reasonOf(doubts >>> 8) },
    unknownSince: orNull(cell(rows, at + UNKNOWN_SINCE)),
  };
}

function unpackMemory(rows: Float64Array, at: number, marks: number, unless: number): QualityMemory {
  return {
    recent: recentOf(rows, at, marks),
    unchangedSince: orNull(cell(rows, at + UNCHANGED_SINCE)),
    fahrenheit: cell(rows, at + FAHRENHEIT),
    seen: cell(rows, at + SEEN),
    unlessSpike: unless === 0 ? null : assessedOf(unless - 1),
    pace: { anchor: markOf(rows, at + ANCHOR), level: markOf(rows, at + LEVEL) },
    step: orNull(cell(rows, at + STEP)),
  };
}

function recentOf(rows: Float64Array, at: number, marks: number): readonly QualitySample[] {
  const newest = sampleOf(rows, at + NEWEST, (marks >>> 8) & 0xff);
  if (newest === null) return [];
  const before = sampleOf(rows, at + BEFORE, marks >>> 16);
  return before === null ? [newest] : [newest, before];
}

function sampleOf(rows: Float64Array, at: number, code: number): QualitySample | null {
  const value = cell(rows, at);
  if (Number.isNaN(value)) return null;
  const { quality, reason } = marksOf(code);
  return { value, sourceTime: cell(rows, at + 1), quality, reason };
}

function currentOf(rows: Float64Array, at: number, code: number): CurrentValue | null {
  const value = cell(rows, at + CURRENT);
  if (Number.isNaN(value)) return null;
  const { quality, reason } = marksOf(code);
  if (quality === 'bad') throw new RangeError('a bad value is never the current one');
  const receivedAt = cell(rows, at + CURRENT_RECEIVED);
  return { value, quality, reason, sourceTime: cell(rows, at + CURRENT + 1), receivedAt };
}

function packMark(rows: Float64Array, at: number, mark: QualityMark | null | undefined): void {
  rows[at] = mark == null ? NONE : mark.value;
  rows[at + 1] = mark == null ? NONE : mark.sourceTime;
}

function markOf(rows: Float64Array, at: number): QualityMark | null {
  const value = cell(rows, at);
  return Number.isNaN(value) ? null : { value, sourceTime: cell(rows, at + 1) };
}

function codeOf(assessed: Assessed | null | undefined): number {
  return assessed == null ? 0 : marksCode({ quality: assessed.quality, reason: assessed.reason, backfilled: false });
}

function assessedOf(code: number): Assessed {
  const { quality, reason } = marksOf(code);
  return { quality, reason };
}

function cell(rows: Float64Array, at: number): number {
  return rows[at] ?? NONE;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
