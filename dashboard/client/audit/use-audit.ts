import { onMounted, ref, shallowRef, watch } from 'vue';
import type { AuditEntry } from '../../../contract/access.ts';
import type { Failure } from '../call.ts';
import { readAudit } from './requests.ts';

/** The journal as far as it was read, newest first. */
export function useAudit() {
  const changes = ref(false);
  const entries = shallowRef<readonly AuditEntry[] | null>(null);
  const next = ref<number | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const busy = ref(false);
  let newest = 0;

  async function read(before: number | null): Promise<void> {
    newest += 1;
    const mine = newest;
    busy.value = true;
    const answer = await readAudit({ before, changes: changes.value });
    if (mine !== newest) return;
    busy.value = false;
    if (!answer.ok) {
      failure.value = answer.failure;
      return;
    }
    failure.value = null;
    entries.value = [...(before === null ? [] : (entries.value ?? [])), ...answer.value.entries];
    next.value = answer.value.next;
  }

  const refresh = () => read(null);
  onMounted(refresh);
  watch(changes, () => {
    entries.value = null;
    next.value = null;
    void refresh();
  });
  return {
    changes,
    entries,
    next,
    failure,
    busy,
    refresh,
    async older(): Promise<void> {
      if (next.value !== null && !busy.value) await read(next.value);
    },
  };
}
