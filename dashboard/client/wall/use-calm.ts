import { type InjectionKey, onBeforeUnmount, type Ref, shallowRef, watch } from 'vue';
import { Check } from 'typebox/value';
import type { AlarmView } from '../../../contract/alarm.ts';
import { Calm, calmStep } from './calm.ts';

const KEEP_MS = 15_000;

interface Watched {
  /** Whether what stands there is of now. */
  readonly live: Readonly<Ref<boolean>>;
  readonly alarms: Readonly<Ref<readonly AlarmView[]>>;
  readonly now: Readonly<Ref<number>>;
}

/** How long it has been quiet, as far as this screen saw it; kept over a reload. */
export function useCalm(key: string, { live, alarms, now }: Watched) {
  const name = `facility-watch.wall.calm.${key}`;
  const calm = shallowRef(read(name));
  let before: readonly AlarmView[] | null = null;

  function look(): void {
    if (!live.value) return;
    calm.value = calmStep(calm.value, { before, alarms: alarms.value, now: now.value });
    before = alarms.value;
    write(name, calm.value);
  }
  watch([live, alarms], look, { immediate: true });
  const timer = setInterval(look, KEEP_MS);
  onBeforeUnmount(() => clearInterval(timer));
  return calm;
}

function read(name: string): Calm | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    return Check(Calm, kept) ? kept : null;
  } catch {
    return null;
  }
}

function write(name: string, calm: Calm): void {
  try {
    localStorage.setItem(name, JSON.stringify(calm));
  } catch {
    // A browser may refuse storage: what was seen then lasts as long as the page.
  }
}

/** What the wall's screen provides; a preview of it has seen nothing. */
export const CALM: InjectionKey<Readonly<Ref<Calm | null>>> = Symbol('calm');
