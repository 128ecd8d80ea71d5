import { computed, watch } from 'vue';
import { type HistoryAnswer, MOST_SERIES } from '../../../contract/history.ts';
import type { Shift } from '../../../contract/record.ts';
import type { Answer } from '../call.ts';
import { historyRequests, type SeriesName } from '../history/requests.ts';
import { useListing } from '../listing/use-listing.ts';
import { bucketsOf, figuresOf, type ShiftFigures } from './figures.ts';

/** ms until the shift so far is asked for again, and that an answer is waited for. */
const EVERY_MS = 60_000;
const PATIENCE_MS = 20_000;
const NOTHING: Answer<HistoryAnswer | null> = { ok: true, value: null };

/** What the sensors of an area said since the shift began, with one question for all; `shift`: undefined while it is not known. */
export function useShiftFigures(site: string, of: { series(): readonly SeriesName[]; shift(): Shift | undefined }) {
  const requests = historyRequests(site);
  const asked = computed(() => ({ series: of.series().slice(0, MOST_SERIES), shift: of.shift() }));

  const listing = useListing(
    () => {
      const { series, shift } = asked.value;
      if (shift === undefined || series.length === 0) return Promise.resolve(NOTHING);
      const view = { from: shift.start, to: shift.end };
      return requests.chart(series, view, bucketsOf(shift), AbortSignal.timeout(PATIENCE_MS));
    },
    { everyMs: EVERY_MS },
  );
  watch(
    () => JSON.stringify(asked.value),
    () => void listing.reload(),
  );

  return {
    /** Until when (ms epoch) the figures reach; null: there are none. */
    until: computed(() => listing.value.value?.edges.at(-1) ?? null),
    of: (name: SeriesName): ShiftFigures | undefined =>
      listing.value.value === null ? undefined : figuresOf(listing.value.value, name),
  };
}
