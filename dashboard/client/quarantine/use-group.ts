import { computed, onBeforeUnmount, ref, type Ref, shallowRef, watch } from 'vue';
import type { QuarantineGroup, QuarantineItems } from '../../../contract/devices.ts';
import type { Failure } from '../call.ts';
import { faultAt, fromBase64 } from './bytes.ts';
import { faultAtPath } from './place.ts';
import { groupKey } from './quarantine-words.ts';
import type { quarantineRequests } from './requests.ts';

/** What is kept of one group, and which of it somebody looks at. Read anew when the group changes. */
export function useGroup(group: Readonly<Ref<QuarantineGroup>>, requests: ReturnType<typeof quarantineRequests>) {
  const kept = shallowRef<QuarantineItems | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const chosen = ref<number | null>(null);
  let newest = 0;

  async function reload(): Promise<void> {
    newest += 1;
    const mine = newest;
    const { device, code, topic } = group.value;
    const answer = await requests.items({ device, code, topic });
    if (mine !== newest) return;
    failure.value = answer.ok ? null : answer.failure;
    if (answer.ok) kept.value = answer.value;
  }
  watch(
    () => `${groupKey(group.value)} ${group.value.count} ${group.value.lastAt}`,
    (_, before) => {
      if (before?.startsWith(`${groupKey(group.value)} `) === false) {
        kept.value = null;
        chosen.value = null;
      }
      void reload();
    },
    { immediate: true },
  );
  onBeforeUnmount(() => (newest += 1));

  const items = computed(() => kept.value?.items ?? []);
  /** An item stays chosen while newer ones come. */
  const index = computed(() => {
    const at = items.value.findIndex(({ id }) => id === chosen.value);
    return Math.max(0, at);
  });
  const item = computed(() => items.value[index.value]);
  const bytes = computed(() => {
    const payload = item.value?.payload ?? null;
    return payload === null ? null : fromBase64(payload);
  });
  const fault = computed(() => {
    if (bytes.value === null || item.value === undefined) return null;
    const { offset, path } = item.value;
    return faultAt(bytes.value, offset) ?? faultAtPath(bytes.value, { path, code: group.value.code });
  });

  return {
    kept,
    failure,
    reload,
    items,
    index,
    item,
    bytes,
    fault,
    /** Moves to an older (1) or a newer (-1) one. */
    step(by: -1 | 1): void {
      chosen.value = items.value[index.value + by]?.id ?? chosen.value;
    },
  };
}
