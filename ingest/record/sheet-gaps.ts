import type { Sheet, SheetDay, SheetGap } from '../../contract/sheet.ts';
import { edgesOf } from '../history/resolution.ts';
import type { NamedSeries, Stretches } from '../history/stretches.ts';
import { gapsOf, LISTED_FROM, reasonOf, type Evidence } from './gaps.ts';

const MINUTE = 60_000;
/** Gaps of a month that are listed; what is more is summed up with the short ones. */
const MOST = 200;

interface GapInput {
  readonly days: readonly SheetDay[];
  readonly measured: readonly {
    readonly what: 'water' | 'room';
    readonly series: NamedSeries;
    readonly began: number;
  }[];
  readonly evidence: Evidence;
  readonly now: number;
}

/** When exactly nothing was known, looked up only for shifts that miss something. */
export async function listGaps(
  stretches: Stretches,
  { days, measured, evidence, now }: GapInput,
): Promise<Pick<Sheet, 'gaps' | 'shortGaps'>> {
  const gaps: SheetGap[] = [];
  let shortGaps = 0;
  for (const { day, shifts } of days) {
    for (const shift of shifts) {
      for (const { what, series, began } of measured) {
        const missing = shift[what]?.missingMinutes ?? 0;
        if (missing < LISTED_FROM) {
          shortGaps += missing;
          continue;
        }
        const edges = edgesOf(
          { from: Math.max(shift.start, Math.floor(began / MINUTE) * MINUTE), to: Math.min(shift.end, now) },
          MINUTE,
        );
        const listed = gapsOf(await stretches.buckets(series, edges)).filter((gap) => gap.minutes >= LISTED_FROM);
        const taken = listed.slice(0, MOST - gaps.length);
        shortGaps += Math.max(0, missing - taken.reduce((sum, gap) => sum + gap.minutes, 0));
        for (const gap of taken) {
          const place = { n: gaps.length + 1, day, from: shift.from, what };
          gaps.push({
            ...place,
            start: gap.from,
            end: gap.to,
            minutes: gap.minutes,
            reason: reasonOf(gap, evidence),
          });
        }
      }
    }
  }
  return { gaps, shortGaps };
}
