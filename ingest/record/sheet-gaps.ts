import type { SheetContent, SheetDay, SheetGap, SheetMoreGaps, SheetShift } from '../../contract/sheet.ts';
import { edgesOf } from '../history/resolution.ts';
import type { Stretches } from '../history/stretches.ts';
import type { Span } from '../standards/timeline.ts';
import { gapsOf, gapsOfHours, LISTED_FROM, reasonOf, type Evidence, type Gap } from './gaps.ts';
import type { Measured } from './measured.ts';

const MINUTE = 60_000;
/** Gaps of a month that are listed; what is more is summed up by its reason. */
const MOST = 200;

interface GapInput {
  readonly days: readonly SheetDay[];
  readonly measured: readonly Pick<Measured<'water' | 'room'>, 'what' | 'series' | 'spanOf' | 'withoutReadings'>[];
  readonly evidence: Evidence;
  readonly now: number;
}

/** A shift of which so much is missing that it is told when. */
interface Lacking extends Span {
  readonly day: string;
  readonly shift: SheetShift;
}

/**
 * When exactly nothing was known, looked up only for shifts that miss something: neighbours with one question, each
 * minute of them a bucket, and what lies between two of them another. Where readings were let go, by the hour.
 */
export async function listGaps(
  stretches: Stretches,
  { days, measured, evidence, now }: GapInput,
): Promise<Pick<SheetContent, 'gaps' | 'moreGaps' | 'shortGaps'>> {
  let shortGaps = 0;
  const found = await Promise.all(
    measured.map(async ({ what, series, spanOf, withoutReadings }) => {
      const runs: Lacking[][] = [];
      const gone: (Lacking & { what: typeof what; gaps: Gap[] })[] = [];
      let goesOn = false;
      for (const { day, shift } of days.flatMap(({ day, shifts }) => shifts.map((shift) => ({ day, shift })))) {
        const span = spanOf({ from: shift.start, to: Math.min(shift.end, now) });
        const missing = shift[what]?.missingMinutes ?? 0;
        const isLong = span !== undefined && missing >= LISTED_FROM;
        const remains = isLong ? withoutReadings({ from: shift.start, to: Math.min(shift.end, now) }) : undefined;
        const lacks = isLong && remains === undefined;
        if (remains !== undefined && isLong) gone.push({ ...span, day, shift, what, gaps: gapsOfHours(remains) });
        else if (!lacks) shortGaps += missing;
        else if (goesOn) runs.at(-1)?.push({ ...span, day, shift });
        else runs.push([{ ...span, day, shift }]);
        goesOn = lacks;
      }
      const all = await Promise.all(
        runs.map(async (run) => {
          const edges = [...new Set(run.flatMap((one) => edgesOf(one, MINUTE)))].sort((a, b) => a - b);
          const buckets = await stretches.buckets(series, edges);
          const index = new Map(edges.map((edge, at) => [edge, at]));
          const within = ({ from, to }: Span) => buckets.slice(index.get(from), index.get(to));
          return run.map((one) => ({ ...one, what, gaps: gapsOf(within(one)) }));
        }),
      );
      return [...gone, ...all.flat()];
    }),
  );
  const gaps: SheetGap[] = [];
  const more = new Map<string, SheetMoreGaps>();
  for (const { day, shift, what, gaps: ofShift } of inOrder(found.flat())) {
    const long = ofShift.filter(({ minutes }) => minutes >= LISTED_FROM);
    const missing = shift[what]?.missingMinutes ?? 0;
    shortGaps += Math.max(0, missing - long.reduce((sum, { minutes }) => sum + minutes, 0));
    for (const gap of long) {
      const { from: start, to: end, minutes } = gap;
      const reason = reasonOf(gap, evidence);
      const place = { n: gaps.length + 1, day, from: shift.from, what };
      if (gaps.length < MOST) gaps.push({ ...place, start, end, minutes, reason });
      else sumUp(more, { what, reason, minutes });
    }
  }
  return { gaps, moreGaps: [...more.values()], shortGaps };
}

function sumUp(
  sums: Map<string, SheetMoreGaps>,
  { what, reason, minutes }: Pick<SheetMoreGaps, 'what' | 'reason' | 'minutes'>,
): void {
  const key = `${what} ${reason}`;
  const sum = sums.get(key) ?? { what, reason, count: 0, minutes: 0 };
  sums.set(key, { ...sum, count: sum.count + 1, minutes: sum.minutes + minutes });
}

/** By their shift, water before the room. */
function inOrder<T extends { readonly shift: SheetShift; readonly what: 'water' | 'room' }>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => a.shift.start - b.shift.start || b.what.localeCompare(a.what));
}
