import { computed, onBeforeUnmount, ref, type Ref, watch } from 'vue';

export const TURN_MS = 15_000;

/** Which page shows. Any steady clock will do; a page that is new shows for its full time. */
export function usePageTurn(total: Readonly<Ref<number>>) {
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
  const timer = setInterval(step, 500);
  onBeforeUnmount(() => clearInterval(timer));

  return {
    page,
    /** Whole seconds until the page turns. */
    left: computed(() => Math.max(0, Math.ceil((TURN_MS - (now.value - turnedAt.value)) / 1000))),
  };
}
