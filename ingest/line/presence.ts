import type { ConnectionChange } from '../../contract/message.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import { conditionUnknown, judgeCondition } from './conditions.ts';
import { changeDevice, deviceState, noteOfDevice, type DeviceContext } from './context.ts';
import { judgeNewest } from './events.ts';
import { calendarTime } from './host-clock.ts';
import { isBound } from './model.ts';
import type { SilenceCause } from './state.ts';

/** Any message shows that a device is there, whatever its connection said. */
export function noteMessage(context: DeviceContext): void {
  const { now } = context;
  const before = deviceState(context);
  const isBack = before.silent !== null || !before.heard;
  const message = { messageAt: now.wall, messageMono: now.mono };
  if (!isBack && before.messageAt !== null) {
    noteOfDevice(context, message);
    judgeOffline(context);
    return;
  }
  const back = isBack ? { since: now.wall, backMono: now.mono } : {};
  const keep = before.silent !== null || before.messageAt === null;
  changeDevice(context, { silent: null, heard: true, ...message, ...back }, { keep });
  judgeOffline(context);
  if (isBack) judgeNewest(context);
}

/** A connection was made or ended; a takeover's old end comes after its new beginning and is of no account. */
export function noteConnection(context: DeviceContext, change: ConnectionChange): void {
  const { now } = context;
  const before = deviceState(context);
  if (change.kind === 'connected') {
    const silent = before.silent === 'lost' ? null : before.silent;
    const isBack = before.silent === 'lost';
    const backMono = isBack ? now.mono : before.backMono;
    changeDevice(
      context,
      { connection: change.connection, orderly: false, silent, since: now.wall, backMono },
      { keep: true },
    );
    judgeOffline(context);
    // Never heard since our start, it has not said yet that what it said before still holds.
    if (isBack && before.heard) judgeNewest(context);
    return;
  }
  if (before.connection !== change.connection) return;
  const orderly = change.end === 'disconnect';
  changeDevice(context, { connection: null, orderly, since: now.wall }, { keep: true });
  if (change.end === 'lost' || (change.end === 'ours' && isOnlyKnownByConnection(context)))
    noteSilence(context, 'lost');
}

/** No interval and no longest silence: if it does not come back, only the missing connection shows it. */
export function isOnlyKnownByConnection({ world, device, now }: DeviceContext): boolean {
  return device.silenceAt(calendarTime(world, now)) === null;
}

/** The status topic, after the connection: a gateway says it of itself, an external bridge of its devices. */
export function noteStatus(context: DeviceContext, status: 'online' | 'offline', origin: 'publish' | 'will'): void {
  // Our own broker knows better than a will: it saw the connection break.
  if (status === 'offline' && origin === 'publish' && deviceState(context).connection === null)
    noteSilence(context, 'lost');
}

export function noteSilence(context: DeviceContext, cause: SilenceCause): void {
  changeDevice(context, { silent: cause, since: context.now.wall }, { keep: true });
  judgeOffline(context);
}

/** While nothing can be committed, devices that are not answered go away: that is our fault and no alarm of theirs. */
export function judgeOffline(context: DeviceContext): void {
  const { world, model, device, now } = context;
  const { silent } = deviceState(context);
  if (silent === null) return judgeCondition(world, model, model.deviceConditions(device).offline, false, now);
  const subject = { kind: 'device', id: device.spec.id } as const;
  const rule = model.rule('device.offline');
  // Silence has lasted its intervals when it is noticed: only the rest of the delay is left.
  const passed = silent === 'silence' ? (device.silenceAt(calendarTime(world, now)) ?? 0) : 0;
  const onDelay = Math.max(0, rule.onDelay - passed);
  if (world.storing) judgeCondition(world, model, { rule: 'device.offline', subject, onDelay }, true, now);
  for (const binding of device.bindings) {
    const { point, metric } = binding;
    if (metric === EVENTS_BINDING || !isBound(binding, calendarTime(world, now))) continue;
    for (const rule of ['point.no_data', 'point.sensor_fault', 'point.flatline'] as const) {
      conditionUnknown(world, model, { rule, subject: { kind: 'point', id: point }, metric }, now);
    }
  }
  for (const rule of ['device.clock', 'device.tamper'] as const) conditionUnknown(world, model, { rule, subject }, now);
  for (const { key, point } of device.bindings) {
    if (key !== 'events') continue;
    for (const rule of ['door.forced', 'door.held_open', 'door.jam', 'terminal.frozen'] as const) {
      conditionUnknown(world, model, { rule, subject: { kind: 'point', id: point } }, now);
    }
  }
}
