import { onBeforeUnmount, ref, type Ref } from 'vue';

/** Up to here (px) a screen is a phone: one column, actions at the foot. */
export const PHONE = '(max-width: 699.98px)';
/** From here (px) there is room for a table and a panel beside it. */
export const DESK = '(min-width: 1024px)';

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query);
  const matches = ref(list.matches);
  const changed = () => (matches.value = list.matches);
  list.addEventListener('change', changed);
  onBeforeUnmount(() => list.removeEventListener('change', changed));
  return matches;
}
