import { Type, type Static } from 'typebox';

/** Nothing about a person is ever part of an event: terminal or door, times, direction, result, method. */
export const EventResult = Type.Enum(['ok', 'refused', 'error']);
export const Direction = Type.Enum(['in', 'out']);
/** How somebody was recognised; never who. */
export const Method = Type.Enum(['card', 'face', 'fingerprint', 'password', 'qr', 'button', 'remote', 'other']);

export const EventDetail = Type.Union([
  Type.Object({
    kind: Type.Literal('punch'),
    result: EventResult,
    direction: Type.Optional(Direction),
    method: Type.Optional(Method),
  }),
  Type.Object({ kind: Type.Literal('access'), result: EventResult, direction: Type.Optional(Direction) }),
  Type.Object({ kind: Type.Literal('contact'), open: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('lock'), locked: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('forced'), active: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('held_open'), active: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('tamper'), active: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('jam'), active: Type.Boolean() }),
]);
export type EventDetail = Static<typeof EventDetail>;
export type EventKind = EventDetail['kind'];
export const EVENT_KINDS: readonly EventKind[] = [
  'punch',
  'access',
  'contact',
  'lock',
  'forced',
  'held_open',
  'tamper',
  'jam',
];

/** An event id is text; two events of one device with the same id and content are one. */
export const EventId = Type.String({ minLength: 1, maxLength: 128 });

/** An event as it is kept. */
export interface DeviceEvent {
  readonly site: string;
  readonly device: string;
  readonly id: string;
  readonly detail: EventDetail;
  /** ms epoch: the device's time where it can be believed, else the time of receipt. */
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** Judged later than the live tolerance. */
  readonly late: boolean;
  readonly claimedTime: number | null;
}
