import type { Instant } from '../../contract/clock.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { judgeCondition, standing } from './conditions.ts';
import { changeDevice, type DeviceContext } from './context.ts';
import { saveAlarm } from './drive.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** ms: two minutes without a conflict, and one because the broker tells of a lasting one at most once a minute. */
const QUIET = 180_000;

/** Two clients push each other out with this device's identity: one alarm, with the addresses from which they come. */
export function noteConflict(context: DeviceContext, addresses: readonly string[]): void {
  const { world, model, device, now } = context;
  changeDevice(context, { conflictMono: now.mono }, { keep: false });
  const condition = { rule: 'device.identity_conflict', subject: { kind: 'device', id: device.spec.id } } as const;
  const detail = addresses.join(', ');
  judgeCondition(world, model, { ...condition, detail }, true, now);
  const alarm = standing(world, model, condition);
  if (alarm !== undefined && alarm.detail !== detail) saveAlarm(world, { ...alarm, detail });
}

/** By tick. After a start nobody knows of the last conflict: it is waited for anew. */
export function endConflict(world: World, { site, subject }: AlarmRecord, now: Instant): void {
  const model = world.models.get(site);
  const state = world.devices.get(keyOf.device(site, subject.id));
  const last = Math.max(state?.conflictMono ?? -Infinity, world.started.mono);
  if (model === undefined || now.mono - last <= QUIET) return;
  judgeCondition(world, model, { rule: 'device.identity_conflict', subject }, false, now);
}
