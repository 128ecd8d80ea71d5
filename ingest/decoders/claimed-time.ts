import { childPath } from './path.ts';
import { found, type Rejections } from './rejections.ts';
import { parseRfc3339 } from './rfc3339.ts';
import type { ClaimedTime } from './types.ts';

/** Ends of the range of dates (ECMA-262, 21.4.1.1); it also keeps every time an exact integer in the stores. */
const LATEST = 8_640_000_000_000_000;

/**
 * What an element's `ts` claims (ms epoch). Any number is a time: seconds, microseconds and years long gone are wrong
 * clocks, which the dating deals with. Null: none given. Undefined: unusable, and rejected.
 */
export function claimedTime(
  record: Readonly<Record<string, unknown>>,
  { path, duplicates, rejections, confidential }: TimeContext,
): ClaimedTime | undefined {
  const at = childPath(path, 'ts');
  const ts = Object.hasOwn(record, 'ts') ? record['ts'] : null;
  const read = duplicates.has(at) ? 'ts stands twice; send it once' : readTime(ts, confidential);
  if (typeof read !== 'string') return read;
  rejections.add('bad_time', at, read);
  return undefined;
}

/** The time, or a sentence on why it is none. */
function readTime(ts: unknown, confidential: boolean): ClaimedTime | string {
  if (ts === null) return null;
  if (typeof ts === 'number') {
    if (!Number.isFinite(ts)) return 'ts is a number too large to be one; send milliseconds since 1970';
    // `+ 0` makes a plain zero of a negative one.
    return Math.min(LATEST, Math.max(-LATEST, Math.round(ts))) + 0;
  }
  const time = typeof ts === 'string' ? parseRfc3339(ts) : undefined;
  return time ?? `ts is ${found(ts, { confidential })}: ${whatIsWrong(ts)}`;
}

export interface TimeContext {
  readonly path: string;
  readonly duplicates: ReadonlySet<string>;
  readonly rejections: Rejections;
  readonly confidential: boolean;
}

const RIGHT = 'send milliseconds since 1970 as a number, or RFC 3339 with a zone such as 2026-11-25T12:00:00+08:00';

function whatIsWrong(ts: unknown): string {
  if (typeof ts !== 'string') return RIGHT;
  if (/^\s*-?\d+(\.\d+)?\s*$/.test(ts)) return 'a number as text; send it without quotes';
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/i.test(ts))
    return 'it has no zone; append Z or +08:00, with a T before the time';
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d/.test(ts)) return 'a T, not a blank, stands between date and time';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/i.test(ts)) return 'there is no such date or time of day';
  return RIGHT;
}
