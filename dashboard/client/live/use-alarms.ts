import { computed, type ComputedRef, type Ref } from 'vue';
import type { AlarmView } from '../../../contract/alarm.ts';
import { sortAlarms } from '../alarms/order.ts';
import type { SiteState } from './state.ts';

/** The standing alarms, worst first: the same list until one of them changes. Null before the first snapshot. */
export function useAlarms(state: Readonly<Ref<SiteState | null>>): ComputedRef<readonly AlarmView[] | null> {
  const standing = computed(() => state.value?.alarms ?? null);
  return computed(() => (standing.value === null ? null : sortAlarms(standing.value.values())));
}
