import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import type { Instant } from '../../contract/clock.ts';
import { EventDetail } from '../../contract/event.ts';
import { afterRestart, nextDue } from '../alarms/machine.ts';
import type { LedgerReader, LedgerState } from '../stores/ledger/types.ts';
import type { Catalogue } from '../standards/types.ts';
import { channelLabel, nameChannel } from './channels.ts';
import { restoreOffsets } from './device-clock.ts';
import { saveAlarm } from './drive.ts';
import { calendarTime, noteTrust } from './host-clock.ts';
import { judgeForce } from './limits.ts';
import { isOnlyKnownByConnection } from './presence.ts';
import { newSeriesState } from './readings.ts';
import { refreshAlarm, setRegistry } from './registry.ts';
import type { DeviceState, NewestEvents } from './state.ts';
import { keyOf } from './keys.ts';
import { watchOfKey } from './watch.ts';
import type { World } from './world.ts';

const nullable = (schema: ReturnType<typeof Type.Number>) => Type.Union([schema, Type.Null()]);

/** What of a device outlives a restart; the rest is learned anew. */
const KeptDevice = Compile(
  Type.Object({
    since: nullable(Type.Number()),
    messageAt: nullable(Type.Number()),
    orderly: Type.Boolean(),
    silent: Type.Union([Type.Literal('lost'), Type.Literal('silence'), Type.Null()]),
    battery: nullable(Type.Number()),
    lastSuccessAt: nullable(Type.Number()),
    learnedOffsets: Type.Optional(Type.Record(Type.String(), Type.Number())),
    events: Type.Record(
      Type.String(),
      Type.Object({ detail: EventDetail, occurredAt: Type.Number(), receivedAt: Type.Number() }),
    ),
  }),
);

/** Fills the world from what a start read back: everything is unknown until it reports, standing alarms stand. */
export function restore(
  world: World,
  state: LedgerState,
  { reader, catalogue, now }: { reader: LedgerReader; catalogue: Catalogue; now: Instant },
): void {
  noteTrust(world, now);
  for (const series of state.series) {
    const key =
      series.owner.kind === 'point'
        ? keyOf.pointSeries(series.site, series.owner.id, series.metric)
        : keyOf.deviceSeries(series.site, series.owner.id, series.metric);
    world.series.set(key, { ...newSeriesState(series, now.mono), unknownSince: now.wall });
    if (series.owner.kind === 'point') continue;
    const device = keyOf.device(series.site, series.owner.id);
    world.ownNames.set(device, [...(world.ownNames.get(device) ?? []), series.metric]);
  }
  // Whether a standing alarm still holds is not known until its point reports.
  for (const alarm of state.alarms)
    world.alarms.set(keyOf.alarm(alarm.id), { ...alarm, unknown: alarm.returnedAt === null });
  for (const [site, modes] of Map.groupBy(state.modes, (mode) => mode.site)) world.modes.set(site, modes);
  for (const registry of state.registries) setRegistry(world, registry, catalogue, now);
  for (const { site, id, ...channel } of reader.channels())
    nameChannel(world, { site, id, label: channelLabel(channel) }, now);
  for (const record of state.machines) {
    const model = world.models.get(record.site);
    const watch = model === undefined ? undefined : watchOfKey(model, record.key);
    if (watch === undefined) continue;
    const machine = { ...record, state: afterRestart(record.state) };
    world.machines.set(keyOf.machine(record.site, record.key), {
      record: machine,
      watch,
      due: nextDue(machine.state, watch.timing),
    });
    refreshAlarm(world, record.alarm, watch);
  }
  for (const [, model] of world.models.entries()) judgeForce(world, model, now);
  closeOrphans(world, now);
  for (const { site, device, state: kept } of state.devices) {
    const restored = restoreDevice(site, device, kept, now);
    if (restored === undefined) continue;
    restoreOffsets(world, restored);
    const day = world.schedules.get(site)?.startOfDay(calendarTime(world, now)) ?? 0;
    const count = restored.lastSuccessAt === null ? 0 : reader.punches(site, device, day);
    world.devices.set(keyOf.device(site, device), {
      ...restored,
      ...presenceAfterStart(world, restored, now),
      punches: { day, count },
    });
  }
}

/** A device that only its connection showed, and that had one when we ended, is missed until it comes back. */
function presenceAfterStart(
  world: World,
  { site, device, silent, orderly, since }: DeviceState,
  now: Instant,
): Pick<DeviceState, 'silent' | 'since'> {
  const model = world.models.get(site);
  const spec = model?.devices.get(device);
  if (silent !== null || orderly || model === undefined || spec === undefined) return { silent, since };
  return isOnlyKnownByConnection({ world, model, device: spec, now })
    ? { silent: 'lost', since: now.wall }
    : { silent, since };
}

/** A device's newest message is written with its readings only. */
export function restoreLastMessages(world: World): void {
  for (const [site, model] of world.models.entries()) {
    for (const { spec, bindings } of model.devices.values()) {
      const key = keyOf.device(site, spec.id);
      const state = world.devices.get(key);
      const received = bindings.map(
        ({ point, metric }) => world.series.get(keyOf.pointSeries(site, point, metric))?.current?.receivedAt ?? 0,
      );
      const newest = Math.max(0, ...received);
      if (state !== undefined && newest > (state.messageAt ?? 0))
        world.devices.set(key, { ...state, messageAt: newest });
    }
  }
}

/** Alarms whose point, device or rule left the registry while we were down. */
function closeOrphans(world: World, now: Instant): void {
  for (const [, alarm] of world.alarms.entries()) {
    if (world.machines.get(keyOf.machine(alarm.site, alarm.key))?.record.alarm === alarm.id) continue;
    saveAlarm(world, { ...alarm, returnedAt: alarm.returnedAt ?? now.wall, closedAt: now.wall });
    const note = 'removed from the registry';
    world.pending.journal.push({
      site: alarm.site,
      alarm: alarm.id,
      at: now.wall,
      what: 'suppressed',
      value: null,
      by: null,
      account: null,
      note,
    });
  }
}

function restoreDevice(site: string, device: string, kept: unknown, now: Instant): DeviceState | undefined {
  if (!KeptDevice.Check(kept)) return undefined;
  const events: NewestEvents = kept.events;
  const { learnedOffsets = {} } = kept;
  const [firstOffset] = Object.values(learnedOffsets);
  return {
    ...kept,
    site,
    device,
    events,
    connection: null,
    // Its silence is counted anew: we were not there to hear it.
    silent: kept.silent === 'silence' ? null : kept.silent,
    messageMono: kept.messageAt === null ? null : now.mono,
    heard: false,
    backMono: null,
    // Until it reports, what was learned of its clock is what is known of it.
    clockOffset: firstOffset ?? null,
    clockWrong: firstOffset !== undefined,
    learnedOffsets,
    conflictMono: null,
    punches: { day: 0, count: 0 },
  };
}
