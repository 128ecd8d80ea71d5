import { computed, inject, type InjectionKey, onBeforeUnmount, ref, type Ref, shallowRef, watch } from 'vue';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { Preferences } from '../preferences.ts';
import { mute, QUIET, soundStep, unmute } from './schedule.ts';
import { createSounder } from './tones.ts';

const STEP_MS = 500;

export type AlarmSound = ReturnType<typeof useAlarmSound>;

/** Sounds the standing alarms of a site while its page is open. */
export function useAlarmSound({
  alarms,
  preferences,
}: {
  alarms: Readonly<Ref<readonly AlarmView[] | null>>;
  preferences: Preferences;
}) {
  const sounder = createSounder();
  const memory = shallowRef(QUIET);
  const now = ref(performance.now());
  const blocked = ref(false);

  function step(): void {
    now.value = performance.now();
    blocked.value = preferences.sound.value && sounder.blocked();
    if (alarms.value === null) return;
    const { memory: next, play } = soundStep(memory.value, alarms.value, now.value);
    memory.value = next;
    if (play !== null && preferences.sound.value) sounder.play(play);
  }

  /** Browsers let a page sound once somebody has touched it: the first click or key anywhere will do. */
  const touched = () => {
    if (blocked.value) void sounder.enable().then(step, () => undefined);
  };
  for (const touch of ['pointerdown', 'keydown'] as const) addEventListener(touch, touched);

  watch(alarms, step);
  const timer = setInterval(step, STEP_MS);
  onBeforeUnmount(() => {
    clearInterval(timer);
    for (const touch of ['pointerdown', 'keydown'] as const) removeEventListener(touch, touched);
  });

  return {
    on: preferences.sound,
    blocked,
    /** ms left of the mute; null: not muted. */
    muted: computed(() => (memory.value.mutedUntil === null ? null : Math.max(0, memory.value.mutedUntil - now.value))),
    mute: () => (memory.value = mute(memory.value, performance.now())),
    unmute: () => (memory.value = unmute(memory.value)),
    async enable() {
      await sounder.enable();
      step();
    },
  };
}

export const SOUND: InjectionKey<AlarmSound> = Symbol('sound');

export function useSound(): AlarmSound {
  const sound = inject(SOUND);
  if (sound === undefined) throw new Error('useSound() belongs below the page of a site, which provides it');
  return sound;
}
