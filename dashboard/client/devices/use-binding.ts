import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue';
import { Check } from 'typebox/value';
import { BindBody, type BindPreview, type UnboundView } from '../../../contract/devices.ts';
import type { Role } from '../../../contract/registry.ts';
import type { Failure } from '../call.ts';
import type { SiteState } from '../live/state.ts';
import { likelyRole, freePointId } from './new-point.ts';
import type { deviceRequests } from './requests.ts';

/** Stands for a point that is to be made; no id looks like it. */
export const NEW_POINT = '+';
const USUAL_INTERVAL = 60;
/** So long (ms) after the last keystroke the preview is asked for. */
const PAUSE_MS = 250;

interface BindingForm {
  point: string;
  nameZh: string;
  nameEn: string;
  area: string;
  role: Role;
  id: string;
  interval: string;
  from: BindBody['from'];
}

interface BindingOptions {
  readonly metric: UnboundView;
  readonly state: () => SiteState;
  readonly requests: ReturnType<typeof deviceRequests>;
}

/** What somebody is about to bind, and what that would do. */
export function useBinding({ metric, state, requests }: BindingOptions) {
  const role = likelyRole(metric.metric);
  const area = state().areas.keys().next().value ?? '';
  const form = reactive<BindingForm>({
    point: '',
    nameZh: '',
    nameEn: '',
    area,
    role,
    id: freePointId(area, role, state().points),
    interval: String(metric.interval === null ? USUAL_INTERVAL : Math.max(1, Math.round(metric.interval))),
    from: 'first',
  });
  let ownId = false;
  watch([() => form.area, () => form.role], () => {
    if (!ownId) form.id = freePointId(form.area, form.role, state().points);
  });

  const body = computed((): BindBody => {
    const name = { zh: form.nameZh.trim(), en: form.nameEn.trim() || form.nameZh.trim() };
    return {
      device: metric.device,
      metric: metric.metric,
      point:
        form.point === NEW_POINT
          ? { id: form.id.trim(), create: { name, area: form.area, role: form.role } }
          : { id: form.point },
      interval: Number(form.interval),
      from: form.from,
    };
  });
  const complete = computed(
    () => Check(BindBody, body.value) && !(form.point === NEW_POINT && state().points.has(form.id.trim())),
  );

  const preview = shallowRef<BindPreview | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const asking = ref(false);
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(mine: number): Promise<void> {
    const answer = await requests.preview(body.value);
    if (mine !== newest) return;
    asking.value = false;
    preview.value = answer.ok ? answer.value : null;
    failure.value = answer.ok ? null : answer.failure;
  }
  watch(
    () => JSON.stringify(body.value),
    () => {
      newest += 1;
      const mine = newest;
      clearTimeout(timer);
      asking.value = complete.value;
      if (!complete.value) {
        preview.value = null;
        failure.value = null;
      } else timer = setTimeout(() => void ask(mine), PAUSE_MS);
    },
  );
  onBeforeUnmount(() => {
    newest += 1;
    clearTimeout(timer);
  });

  return {
    form,
    body,
    complete,
    preview,
    failure,
    asking,
    /** From now on the id is what somebody typed, whatever area and role say. */
    ownId: () => (ownId = true),
  };
}
