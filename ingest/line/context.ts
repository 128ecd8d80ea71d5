import type { Instant } from '../../contract/clock.ts';
import type { Device, SiteModel } from './model.ts';
import type { DeviceState } from './state.ts';
import type { World } from './world.ts';

/** Where one message of one device is judged. */
export interface DeviceContext {
  readonly world: World;
  readonly model: SiteModel;
  readonly device: Device;
  /** Receipt. */
  readonly now: Instant;
}

const UNSEEN = {
  connection: null,
  orderly: false,
  silent: null,
  since: null,
  messageAt: null,
  messageMono: null,
  heard: false,
  backMono: null,
  clockOffset: null,
  clockWrong: false,
  learnedOffsets: {},
  battery: null,
  conflictMono: null,
  events: {},
  lastSuccessAt: null,
  punches: { day: 0, count: 0 },
} as const;

export function deviceState({ world, model, device }: DeviceContext): DeviceState {
  const site = model.registry.site;
  return world.devices.get(device.key) ?? { site, device: device.spec.id, ...UNSEEN };
}

/**
 * Sets what each message changes of a device, and nothing that a restart must know of. The batch has a copy of its own
 * from the first change on: it goes with the batch, if that fails.
 */
export function noteOfDevice(context: DeviceContext, note: Partial<DeviceState>): void {
  const own = context.world.devices.fresh(context.device.key);
  if (own === undefined) changeDevice(context, note, { keep: false });
  else Object.assign(own, note);
}

/** Sets what changed of a device; `keep`: a restart must know of it. */
export function changeDevice(
  context: DeviceContext,
  change: Partial<DeviceState>,
  { keep }: { keep: boolean },
): DeviceState {
  const after = { ...deviceState(context), ...change };
  const { key } = context.device;
  context.world.devices.set(key, after);
  if (keep) context.world.pending.devices.set(key, { site: after.site, device: after.device, state: after });
  return after;
}
