import { computed, onBeforeUnmount, ref, type Ref, watch } from 'vue';

export const TURN_MS = 15_000;

/**
 * Which page shows, each for its full time. A row that becomes urgent turns back to the first page, where it is.
 *
 * @param urgent keys of the rows that hold a critical or high alarm
 */
export function usePageTurn(total: Readonly<Ref<number>>, urgent: Readonly<Ref<readonly string[]>>) {
  const page = ref(0);
  const turnedAt = ref(performance.now());
  const now = ref(turnedAt.value);

  function step(): void {
    now.value = performance.now();
    if (now.value - turnedAt.value < TURN_MS) return;
    turnedAt.value = now.value;
    page.value = (page.value + 1) % Math.max(1, total.value);
  }
  watch(total, (count) => {
    if (page.value >= count) page.value = 0;
  });
  watch(urgent, (keys, before) => {
    if (keys.every((key) => before.includes(key))) return;
    page.value = 0;
    turnedAt.value = performance.now();
  });
  const timer = setInterval(step, 500);
  onBeforeUnmount(() => clearInterval(timer));

  return {
    page,
    /** Whole seconds until the page turns. */
    left: computed(() => Math.max(0, Math.ceil((TURN_MS - (now.value - turnedAt.value)) / 1000))),
  };
}
