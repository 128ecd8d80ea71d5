import { type Answered, cut, headerOf, wordsOf } from './failure.ts';
import { CLAIMED, DELAY, QUALITY } from './fields.ts';
import { key } from './escape.ts';
import type { Line, Part } from './lines.ts';

/** Whom an answer means. */
export type Culprits =
  | { readonly kind: 'too_old'; readonly lines: readonly Line[] }
  | { readonly kind: 'parts'; readonly of: ReadonlyMap<Line, readonly Part[]>; readonly why: string }
  /** It does not say: half of them may be sent at a time, until one is left. */
  | { readonly kind: 'unknown' };

const UNKNOWN: Culprits = { kind: 'unknown' };

/** Bytes of a line that any server takes; one of ours is shorter by far. */
const SHORT = 4_096;

/** What stands between may answer 400 to everything: that is no reason to give up a single reading. */
export function isInfluxes({ status, headers, body }: Answered): boolean {
  if (status === 413 || headerOf(headers, 'x-influxdb-version') !== '') return true;
  return wordsOf(body) !== undefined;
}

/** A single line that is too large for whoever answers: it is not the line's fault, whatever the words. */
export function takesNothing({ status }: Answered, lines: readonly Line[]): boolean {
  return status === 413 && lines.length === 1 && Buffer.byteLength(lines[0]?.text ?? '') <= SHORT;
}

/**
 * Reads from the text of a 400 or 422 which lines it means; only where the number of lines that it dropped agrees.
 * Its reason is that of the first, and speaks of one shard alone.
 */
export function culpritsOf({ status, message, body }: Answered, lines: readonly Line[]): Culprits {
  if (status === 413) return UNKNOWN;
  const text = wordsOf(body) === undefined ? message : body;
  const dropped = Number([...text.matchAll(/dropped=([0-9]+)/g)].at(-1)?.[1] ?? 0);
  const why = cut(message);
  if (/(beyond|outside) retention policy/.test(message) && !/upper bound/i.test(message) && dropped > 0) {
    const byAge = [...lines].sort((a, b) => a.t - b.t);
    return { kind: 'too_old', lines: byAge.slice(0, dropped) };
  }
  const conflict = /input field \\?"(.*?)\\?" on measurement \\?"(.*?)\\?" is type/.exec(message);
  if (conflict !== null && dropped > 0) {
    const [, field = '', measurement = ''] = conflict;
    const of = new Map<Line, readonly Part[]>();
    for (const line of lines) {
      if (line.measurement !== measurement) continue;
      const meant = line.parts.filter((part) => carries(part, field));
      if (meant.length > 0 || (line.parts.length === 0 && recordCarries(line, field))) of.set(line, meant);
    }
    return of.size === dropped ? { kind: 'parts', of, why } : UNKNOWN;
  }
  if (message.includes('unable to parse')) {
    const named = lines.filter((line) => message.includes(`'${line.text}'`) && line.parts.length === 1);
    if (named.length > 0) return { kind: 'parts', of: new Map(named.map((line) => [line, line.parts])), why };
  }
  return UNKNOWN;
}

function carries({ metric }: Part, field: string): boolean {
  return ['', QUALITY, DELAY, CLAIMED].some((suffix) => metric === keyed(field, suffix));
}

/** No text within a record looks like a field that it lacks: else their number does not agree. */
function recordCarries({ text }: Line, field: string): boolean {
  return text.includes(` ${field}=`) || text.includes(`,${field}=`);
}

/** The metric that a field would belong to, as it stands in a line. */
function keyed(field: string, suffix: string): string | undefined {
  if (!field.endsWith(suffix) || field.length === suffix.length) return undefined;
  try {
    return key(field.slice(0, field.length - suffix.length));
  } catch {
    return undefined;
  }
}
