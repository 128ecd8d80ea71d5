import type { Instant } from '../../contract/clock.ts';
import { isTemperature } from '../quality/checks.ts';
import { assessUsual, isPlain, type UsualMark, type UsualMemory } from '../quality/usual.ts';
import {
  ANCHOR,
  ASSESSED_TIME,
  BAD_SINCE,
  BEFORE,
  BELIEVABLE,
  CURRENT,
  CURRENT_RECEIVED,
  DOUBTS,
  FAHRENHEIT,
  GOOD,
  LEVEL,
  MARKS,
  NEWEST,
  SAMPLE,
  SEEN,
  STEP,
  UNCHANGED_SINCE,
  UNKNOWN_SINCE,
} from './series-rows.ts';

/** A believable value that is to be judged and breaks no limit. */
export interface UsualSample extends UsualMark {
  readonly received: Instant;
}

const NONE = Number.NaN;

/** Filled for one reading after the other. */
const memory: UsualMemory = {
  value: NONE,
  sourceTime: NONE,
  isNeighbour: false,
  anchorValue: NONE,
  anchorTime: NONE,
  unchangedSince: NONE,
  step: NONE,
};

/**
 * What a good reading, newer than all before it, makes of its series, on the row itself. False: it is not simply good, and
 * nothing was changed.
 */
export function takeUsualRow(rows: Float64Array, at: number, sample: UsualSample): boolean {
  const { metric, value, sourceTime, received } = sample;
  const doubts = cell(rows, at + DOUBTS);
  const isInQuestion = (doubts & 0xff) !== 0;
  if (isInQuestion || !(sourceTime > cell(rows, at + ASSESSED_TIME)) || !isPlain(metric, value)) return false;
  if (isTemperature(metric) && !takeTemperature(rows, at, sample)) return false;
  rows[at + FAHRENHEIT] = 0;
  rows[at + SEEN] = cell(rows, at + SEEN) + 1;
  rows[at + ASSESSED_TIME] = sourceTime;
  rows[at + BELIEVABLE] = received.mono;
  rows[at + GOOD] = received.mono;
  rows[at + SAMPLE] = received.mono;
  rows[at + BAD_SINCE] = NONE;
  rows[at + UNKNOWN_SINCE] = NONE;
  rows[at + CURRENT] = value;
  rows[at + CURRENT + 1] = sourceTime;
  rows[at + CURRENT_RECEIVED] = received.wall;
  // A good one that came in time has no marks.
  rows[at + MARKS] = cell(rows, at + MARKS) & ~0xff;
  rows[at + DOUBTS] = 0;
  return true;
}

function takeTemperature(rows: Float64Array, at: number, sample: UsualSample): boolean {
  memory.value = cell(rows, at + NEWEST);
  memory.sourceTime = cell(rows, at + NEWEST + 1);
  memory.anchorValue = cell(rows, at + ANCHOR);
  memory.anchorTime = cell(rows, at + ANCHOR + 1);
  memory.unchangedSince = cell(rows, at + UNCHANGED_SINCE);
  memory.step = cell(rows, at + STEP);
  if (!assessUsual(memory, sample)) return false;
  const { isNeighbour } = memory;
  rows[at + BEFORE] = isNeighbour ? memory.value : NONE;
  rows[at + BEFORE + 1] = isNeighbour ? memory.sourceTime : NONE;
  rows[at + NEWEST] = sample.value;
  rows[at + NEWEST + 1] = sample.sourceTime;
  // What is now the newest has no marks either; those of the one before it move along.
  rows[at + MARKS] = isNeighbour ? (cell(rows, at + MARKS) & 0xff00) << 8 : 0;
  rows[at + ANCHOR] = memory.anchorValue;
  rows[at + ANCHOR + 1] = memory.anchorTime;
  rows[at + LEVEL] = NONE;
  rows[at + LEVEL + 1] = NONE;
  rows[at + UNCHANGED_SINCE] = memory.unchangedSince;
  rows[at + STEP] = memory.step;
  return true;
}

function cell(rows: Float64Array, at: number): number {
  return rows[at] ?? NONE;
}
