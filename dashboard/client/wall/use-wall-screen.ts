import { onBeforeUnmount, ref } from 'vue';
import type { ViewSize } from './plan.ts';

/** The pointer is hidden when it has not moved for so long, ms. */
const IDLE_MS = 3_000;

/** A screen on a wall: its size, nobody's pointer in the picture, and a display that does not fall asleep. */
export function useWallScreen() {
  const view = ref<ViewSize>({ width: innerWidth, height: innerHeight });
  const idle = ref(true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const resized = () => (view.value = { width: innerWidth, height: innerHeight });
  const moved = () => {
    idle.value = false;
    clearTimeout(timer);
    timer = setTimeout(() => (idle.value = true), IDLE_MS);
  };
  /** The browser drops the lock whenever the page is hidden; where there is none, the display's own settings hold. */
  const stayAwake = () => {
    if (!closed && document.visibilityState === 'visible' && 'wakeLock' in navigator)
      navigator.wakeLock.request('screen').catch(() => undefined);
  };

  const events: readonly (readonly [EventTarget, string, () => void])[] = [
    [window, 'resize', resized],
    [window, 'pointermove', moved],
    [window, 'pointerdown', moved],
    [window, 'keydown', moved],
    [document, 'visibilitychange', stayAwake],
  ];
  for (const [target, name, listener] of events) target.addEventListener(name, listener);
  stayAwake();
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(timer);
    for (const [target, name, listener] of events) target.removeEventListener(name, listener);
  });

  return { view, idle };
}
