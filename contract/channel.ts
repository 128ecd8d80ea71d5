import { Type, type Static } from 'typebox';
import { Priority } from './alarm.ts';
import { EpochMs, Id } from './ids.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Where alarms go besides the screens: a webhook of one's own, or a group robot. */
export const ChannelKind = Type.Enum(['webhook', 'wecom', 'dingtalk', 'feishu']);
export type ChannelKind = Static<typeof ChannelKind>;

const ChannelName = Type.String({ minLength: 1, maxLength: 60 });
/** `https:`; `http:` for loopback. A robot's address carries its key: it is never shown whole again. */
const Address = Type.String({ minLength: 8, maxLength: 1_000 });
/** Signs what is sent: HMAC-SHA-256. Optional for robots, asked of a webhook. Never shown again. */
const Secret = Type.String({ minLength: 8, maxLength: 256 });
const ChannelLanguage = Type.Enum(['zh-CN', 'en']);

export const ChannelBody = Type.Object(
  {
    kind: ChannelKind,
    name: ChannelName,
    address: Address,
    secret: nullable(Secret),
    /** Alarms of this priority and more urgent ones go here; null: none, it only stands in for others. */
    priority: nullable(Priority),
    /** Alarms of these areas; null: of all, and those of devices and the system. */
    areas: nullable(Type.Array(Id, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    language: ChannelLanguage,
    enabled: Type.Boolean(),
  },
  strict,
);
export type ChannelBody = Static<typeof ChannelBody>;

/** What is left out stays as it is. A new address takes a new secret along, so that an old one never goes to a new place. */
export const ChannelChange = Type.Partial(Type.Omit(ChannelBody, ['kind']), strict);
export type ChannelChange = Static<typeof ChannelChange>;

/** The channels' order: when one keeps failing, the next that works takes over. Names each channel of the site once. */
export const ChannelOrderBody = Type.Object(
  { order: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 50 }) },
  strict,
);
export type ChannelOrderBody = Static<typeof ChannelOrderBody>;

/** Why a message did not arrive. What can be done about each is told in the reader's language. */
export const DeliveryProblem = Type.Enum([
  'unreachable', // refused, reset, no route
  'unknown_host',
  'timeout',
  'certificate',
  'redirected', // redirects are not followed: the message is signed for one address
  'http_status',
  'garbled', // the answer is none that this kind of robot gives
  'wrong_address', // the robot does not know its key
  'wrong_signature',
  'keyword_missing', // the robot takes only messages with a keyword
  'address_not_allowed', // the robot takes messages from listed addresses only
  'too_many', // over the robot's rate
  'rejected', // another code of the robot's
]);
export type DeliveryProblem = Static<typeof DeliveryProblem>;

/** One attempt, judged by the body of the answer and not only by its status. */
export const Delivery = Type.Object({
  at: EpochMs,
  /** ms until the answer was read or given up. */
  took: Type.Number(),
  delivered: Type.Boolean(),
  problem: nullable(DeliveryProblem),
  httpStatus: nullable(Type.Integer()),
  /** The robot's own code. */
  code: nullable(Type.String()),
  /** The answer as it came, cut to 500 characters; a stranger's text. */
  answer: nullable(Type.String()),
});
export type Delivery = Static<typeof Delivery>;

/** `failing`: kept failing for so long that the next channel stands in and an alarm says so. */
export const ChannelHealth = Type.Enum(['untried', 'delivering', 'retrying', 'failing', 'disabled']);
export type ChannelHealth = Static<typeof ChannelHealth>;

export const ChannelView = Type.Object({
  id: Type.Integer(),
  site: Id,
  kind: ChannelKind,
  name: Type.String(),
  /** Host and the beginning of the path; never a key. */
  address: Type.String(),
  signed: Type.Boolean(),
  priority: nullable(Priority),
  areas: nullable(Type.Array(Id)),
  language: ChannelLanguage,
  enabled: Type.Boolean(),
  health: ChannelHealth,
  /** Since when it is in this health; null while untried. */
  since: nullable(EpochMs),
  lastDelivered: nullable(Delivery),
  /** The newest failure; null when the newest attempt arrived. */
  failure: nullable(Delivery),
  /** Messages not delivered yet. */
  waiting: Type.Integer(),
  /** While failing: the channel that stands in, and how many messages went there. */
  standIn: nullable(Type.Integer()),
  diverted: Type.Integer(),
});
export type ChannelView = Static<typeof ChannelView>;

/** In their order. */
export const ChannelList = Type.Object({
  channels: Type.Array(ChannelView),
  /** Since local midnight. */
  today: Type.Object({ delivered: Type.Integer(), diverted: Type.Integer() }),
});
export type ChannelList = Static<typeof ChannelList>;

/** What "Test" answers: the message as it was sent, built as one of a real alarm, and what became of it. */
export const ChannelTest = Type.Object({ text: Type.String(), delivery: Delivery });
export type ChannelTest = Static<typeof ChannelTest>;
