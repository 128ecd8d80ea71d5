import { createHash } from 'node:crypto';
import type { EventDetail } from '../../contract/event.ts';
import type { QuarantineReason } from '../../contract/quarantine.ts';
import type { DecodedEvent } from '../decoders/types.ts';
import { dateSamples, EMPTY_CLOCK } from '../quality/source-time.ts';
import type { StoredEvent } from '../stores/ledger/types.ts';
import type { BuiltInRuleId } from '../standards/types.ts';
import { judgeCondition } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import { keepOffset, noteClock, whatClockTells } from './device-clock.ts';
import { calendarTime, distrust } from './host-clock.ts';
import { tooOld } from './readings.ts';
import { keyOf } from './keys.ts';

/** What an event keeps of its content to tell a repeat from a conflict. */
export function contentHash(event: DecodedEvent): string {
  const content = JSON.stringify([
    event.claimedTime,
    Object.entries(event.detail).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** Hashes under which an event id of a device is already stored. */
export type SeenEvents = (site: string, device: string, id: string) => readonly string[];

/** Stores a message's events and judges the newest of each kind, however late it comes. Returns what is too old. */
export function takeEvents(
  context: DeviceContext,
  events: readonly DecodedEvent[],
  { seen, retention }: { seen: SeenEvents; retention: number },
): QuarantineReason[] {
  const rejected: QuarantineReason[] = [];
  const { world, model, device, now } = context;
  const site = model.registry.site;
  const clockKey = keyOf.clock(site, device.spec.id, 'events');
  const clock = world.clocks.get(clockKey) ?? EMPTY_CLOCK;
  const dating = dateSamples(clock, {
    claimed: events.map(({ claimedTime }) => claimedTime),
    received: now.wall,
    mono: now.mono,
    interval: null,
    tolerance: device.tolerance,
    retention,
    lastCommitAt: world.lastCommitAt,
    ...distrust(world),
  });
  world.clocks.set(clockKey, dating.memory);
  if (dating.memory.offset !== clock.offset) keepOffset(context, 'events', dating.memory.offset);
  noteClock(
    context,
    whatClockTells(
      dating,
      events.map(({ claimedTime }) => claimedTime),
    ),
  );

  events.forEach((decoded, index) => {
    const dated = dating.dated[index];
    if (dated === undefined) return;
    if (dated.verdict === 'too_old') return void rejected.push(tooOld(decoded.path, dated));
    const hash = contentHash(decoded);
    const before = [
      ...seen(site, device.spec.id, decoded.id),
      ...world.arrivingHashes(site, device.spec.id, decoded.id),
    ];
    if (before.includes(hash)) return;
    const event: StoredEvent = {
      site,
      device: device.spec.id,
      id: decoded.id,
      detail: decoded.detail,
      occurredAt: Math.round(dated.sourceTime),
      receivedAt: now.wall,
      late: dated.verdict !== 'live',
      claimedTime: dated.claimedTime,
      contentHash: hash,
      conflict: before.length > 0,
    };
    world.addEvent(event);
    if (event.conflict) noteConflict(context, decoded.id);
    judgeEvent(context, event);
  });
  return rejected;
}

/** Events are state: only the newest of its kind changes what is known of a door or terminal. */
function judgeEvent(context: DeviceContext, event: StoredEvent): void {
  const before = deviceState(context);
  const { detail, occurredAt, receivedAt } = event;
  if (detail.kind === 'punch') return judgePunch(context, event);
  const known = before.events[detail.kind];
  if (known !== undefined && known.occurredAt > occurredAt) return;
  changeDevice(
    context,
    { events: { ...before.events, [detail.kind]: { detail, occurredAt, receivedAt } } },
    { keep: true },
  );
  judgeDetail(context, detail, event.late);
}

/** What a door said last holds again when it is heard after a silence, ours or its own. */
export function judgeNewest(context: DeviceContext): void {
  const { events } = deviceState(context);
  for (const kind of ['tamper', 'forced', 'jam', 'held_open', 'contact'] as const) {
    const newest = events[kind];
    if (newest !== undefined) judgeDetail(context, newest.detail, false);
  }
}

const ACTIVE_RULES = { forced: 'door.forced', tamper: 'device.tamper', jam: 'door.jam' } as const satisfies Record<
  string,
  BuiltInRuleId
>;

function judgeDetail(context: DeviceContext, detail: EventDetail, late: boolean): void {
  const { world, model, device, now } = context;
  const points = [...new Set(device.bindings.filter(({ key }) => key === 'events').map(({ point }) => point))];
  switch (detail.kind) {
    case 'tamper': {
      const condition = { rule: ACTIVE_RULES.tamper, subject: { kind: 'device', id: device.spec.id }, late } as const;
      return judgeCondition(world, model, condition, detail.active, now);
    }
    case 'forced':
    case 'jam':
      for (const id of points) {
        judgeCondition(
          world,
          model,
          { rule: ACTIVE_RULES[detail.kind], subject: { kind: 'point', id }, late },
          detail.active,
          now,
        );
      }
      return;
    case 'contact':
    case 'held_open':
      for (const id of points) judgeHeldOpen(context, id, detail, late);
      return;
    default:
      return;
  }
}

/** A door is held open by its contact after the rule's delay, or at once when the door itself says so. */
function judgeHeldOpen(context: DeviceContext, point: string, detail: EventDetail, late: boolean): void {
  const { world, model, now } = context;
  const { events } = deviceState(context);
  const contact = events.contact?.detail;
  const said = events.held_open?.detail;
  const open = contact?.kind === 'contact' && contact.open;
  // A contact that closed after the door complained ends the complaint: devices forget to.
  const closedSince =
    !open && contact !== undefined && (events.contact?.occurredAt ?? 0) > (events.held_open?.occurredAt ?? 0);
  const complains = said?.kind === 'held_open' && said.active && !closedSince;
  const condition = {
    rule: 'door.held_open',
    subject: { kind: 'point', id: point },
    late,
    ...(complains && detail.kind === 'held_open' ? { onDelay: 0 } : {}),
  } as const;
  judgeCondition(world, model, condition, open || complains, now);
}

function judgePunch(context: DeviceContext, event: StoredEvent): void {
  if (event.detail.kind !== 'punch') return;
  if (event.detail.result === 'ok') {
    const { lastSuccessAt, punches } = deviceState(context);
    const today = startOfToday(context);
    const { count } = punches.day === today ? punches : { count: 0 };
    changeDevice(
      context,
      {
        lastSuccessAt: Math.max(lastSuccessAt ?? 0, event.occurredAt),
        punches: { day: today, count: event.occurredAt >= today ? count + 1 : count },
      },
      { keep: true },
    );
  }
  // A backlog says nothing of now: neither that the terminal works nor that it does not.
  if (!event.late) judgeTerminal(context, event.detail.result === 'ok');
}

export function startOfToday({ world, model, now }: DeviceContext): number {
  return world.schedules.get(model.registry.site)?.startOfDay(calendarTime(world, now)) ?? 0;
}

/** A terminal that is tried, or that merely says it is there, without a success: frozen after the rule's delay. */
export function judgeTerminal(context: DeviceContext, success: boolean): void {
  const { world, model, device, now } = context;
  for (const { key, point: id } of device.bindings) {
    const point = key === 'events' ? model.points.get(id) : undefined;
    if (point?.spec.role !== 'attendance_terminal') continue;
    // By no mode that is set by hand: a terminal that takes nobody is a fault of its own.
    const open = world.schedules.get(model.registry.site)?.isOpen(point.area.id, calendarTime(world, now)) === true;
    judgeCondition(world, model, { rule: 'terminal.frozen', subject: { kind: 'point', id } }, open && !success, now);
  }
}

function noteConflict({ world, model, device, now }: DeviceContext, id: string): void {
  const detail = { device: device.spec.id, event: id };
  world.pending.systemEvents.push({
    at: now.wall,
    site: model.registry.site,
    kind: 'event_conflict',
    actor: null,
    detail,
  });
}
