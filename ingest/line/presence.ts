import type { ConnectionChange } from '../../contract/message.ts';
import { conditionUnknown, judgeCondition } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import type { SilenceCause } from './state.ts';

/** Any message shows that a device is there, whatever its connection said. */
export function noteMessage(context: DeviceContext): void {
  const { now } = context;
  const before = deviceState(context);
  const since = before.silent !== null || !before.heard ? now.wall : before.since;
  changeDevice(
    context,
    { silent: null, since, messageAt: now.wall, messageMono: now.mono, heard: true },
    { keep: before.silent !== null || before.messageAt === null },
  );
  judgeOffline(context);
}

/** A connection was made or ended; a takeover's old end comes after its new beginning and is of no account. */
export function noteConnection(context: DeviceContext, change: ConnectionChange): void {
  const { now } = context;
  const before = deviceState(context);
  if (change.kind === 'connected') {
    const silent = before.silent === 'lost' ? null : before.silent;
    changeDevice(context, { connection: change.connection, orderly: false, silent, since: now.wall }, { keep: true });
    judgeOffline(context);
    return;
  }
  if (before.connection !== change.connection) return;
  const orderly = change.end === 'disconnect';
  changeDevice(context, { connection: null, orderly, since: now.wall }, { keep: true });
  if (change.end === 'lost') noteSilence(context, 'lost');
}

/** The status topic, after the connection: a gateway says it of itself, an external bridge of its devices. */
export function noteStatus(context: DeviceContext, status: 'online' | 'offline', origin: 'publish' | 'will'): void {
  // Our own broker knows better than a will: it saw the connection break.
  if (status === 'offline' && origin === 'publish' && deviceState(context).connection === null) noteSilence(context, 'lost');
}

export function noteSilence(context: DeviceContext, cause: SilenceCause): void {
  changeDevice(context, { silent: cause, since: context.now.wall }, { keep: true });
  judgeOffline(context);
}

function judgeOffline(context: DeviceContext): void {
  const { world, model, device, now } = context;
  const { silent } = deviceState(context);
  const subject = { kind: 'device', id: device.spec.id } as const;
  const rule = model.rule('device.offline');
  // Silence has lasted its intervals when it is noticed: only the rest of the delay is left.
  const passed = silent === 'silence' ? (device.silence ?? 0) : 0;
  const onDelay = Math.max(0, rule.onDelay - passed);
  judgeCondition(world, model, { rule: 'device.offline', subject, onDelay }, silent !== null, now);
  if (silent === null) return;
  for (const rule of ['device.clock', 'device.tamper'] as const) conditionUnknown(world, model, { rule, subject }, now);
  for (const { key, point } of device.bindings) {
    if (key !== 'events') continue;
    for (const rule of ['door.forced', 'door.held_open', 'door.jam', 'terminal.frozen'] as const) {
      conditionUnknown(world, model, { rule, subject: { kind: 'point', id: point } }, now);
    }
  }
}
