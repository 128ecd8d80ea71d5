import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';
import type { Answer, Failure } from '../call.ts';
import { useLive } from '../live/store.ts';

/**
 * A list that the page asks for, again every `everyMs` while somebody can see it. What was read last stays when a
 * later request fails, together with when it was read.
 */
export function useListing<T>(load: () => Promise<Answer<T>>, { everyMs }: { everyMs?: number } = {}) {
  const { now } = useLive();
  const value = shallowRef<T | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const loadedAt = ref(0);
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function put(content: T): void {
    newest += 1;
    value.value = content;
    failure.value = null;
    loadedAt.value = now.value;
  }

  async function reload(): Promise<void> {
    newest += 1;
    const mine = newest;
    const answer = await load();
    // Overtaken by a later request, or by what a change answered.
    if (mine !== newest) return;
    if (answer.ok) put(answer.value);
    else failure.value = answer.failure;
  }

  function again(): void {
    if (everyMs === undefined || closed) return;
    timer = setTimeout(() => void (document.hidden ? Promise.resolve() : reload()).then(again), everyMs);
  }

  onMounted(() => void reload().then(again));
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(timer);
  });
  return { value, failure, loadedAt, reload, put };
}
