import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue';
import type { CourseAnswer, HistoryAnswer } from '../../../contract/history.ts';
import { historyRequests, type SeriesName } from './requests.ts';
import { followsNow, spanOf, type View } from './view.ts';

/** What is on its way while somebody still zooms is not asked for yet (ms). */
const PATIENCE = 120;
/** A view that ends now goes on this often (ms). */
const LIVE_EVERY = 10_000;

export interface HistoryOptions {
  readonly site: string;
  readonly series: Ref<readonly SeriesName[]>;
  readonly now: Readonly<Ref<number>>;
  /** What is looked at first; `view`: null: so long up to now, going on. */
  readonly first: { readonly view: View | null; readonly span: number };
  /** Width of the plot, px. */
  readonly pixels: Ref<number>;
}

export interface Shown {
  readonly view: View;
  readonly answer: HistoryAnswer;
  readonly course: CourseAnswer;
}

/** The range that is looked at, and what the server says of it. What was shown stays until the next answer is there. */
export function useHistory({ site, series, now, pixels, first }: HistoryOptions) {
  const requests = historyRequests(site);
  const view = ref<View>(first.view ?? { from: now.value - first.span, to: now.value });
  /** Goes on with what comes, until somebody looks back. */
  const live = ref(first.view === null);
  const shown = shallowRef<Shown | null>(null);
  const failed = ref(false);
  const loading = ref(false);
  let abort: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    abort?.abort();
    const mine = new AbortController();
    abort = mine;
    const [own] = series.value;
    if (own === undefined) return;
    loading.value = true;
    const asked = view.value;
    const [answer, course] = await Promise.all([
      requests.chart(series.value, asked, Math.min(2_000, Math.max(50, Math.round(pixels.value))), mine.signal),
      requests.course(own, asked, mine.signal),
    ]);
    if (mine.signal.aborted) return;
    loading.value = false;
    failed.value = !answer.ok || !course.ok;
    if (answer.ok && course.ok) shown.value = { view: asked, answer: answer.value, course: course.value };
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), PATIENCE);
  }

  function look(next: View): void {
    live.value = followsNow(next, now.value);
    view.value = next;
  }

  watch([view, series, pixels], soon, { immediate: true });
  // Either way: until the server says what time it is, this computer's clock did, whatever it shows.
  watch(now, (at) => {
    if (live.value && !document.hidden && Math.abs(at - view.value.to) >= LIVE_EVERY)
      view.value = { from: at - spanOf(view.value), to: at };
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    abort?.abort();
  });

  return {
    view: computed(() => view.value),
    live: computed(() => live.value),
    shown,
    failed,
    loading,
    look,
    again: () => void load(),
    /** As the chart is drawn: a year of readings is more than a table takes. */
    csv: (language: string) =>
      requests.csv(series.value, view.value, { language, level: shown.value?.answer.level ?? 'raw' }),
  };
}
