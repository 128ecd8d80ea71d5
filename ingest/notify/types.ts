import type { AlarmView } from '../../contract/alarm.ts';
import type { ChannelKind, Delivery, DeliveryProblem } from '../../contract/channel.ts';
import type { LocalText } from '../../contract/ids.ts';
import type { ChannelStatus, StoredChannel, NotificationIntent } from '../stores/ledger/channels.ts';

/** A channel with what it takes to send through it; null where that cannot be read with this server's key. */
export interface Channel extends StoredChannel {
  readonly opened: { readonly address: string; readonly secret: string | null } | null;
}

export type IntentKind = NotificationIntent['what'];

/** What happened to an alarm, as one line of its course. */
export interface Happening {
  readonly notification: number;
  readonly what: IntentKind;
  readonly at: number;
}

/** Everything that one message tells of one alarm. */
export interface Item {
  readonly alarm: AlarmView;
  /** In their order; at least one. */
  readonly happenings: readonly Happening[];
  /** The site's and the area's name; the latter null for what has no area. */
  readonly site: LocalText;
  readonly area: LocalText | null;
  readonly zone: string;
  /** Its beginning was refused here and given up: this is the first that people hear of it. */
  readonly beginningLost: boolean;
}

export interface Message {
  /** The same for each sending of it. */
  readonly id: string;
  readonly channel: Pick<Channel, 'id' | 'name' | 'kind' | 'language' | 'site'>;
  readonly items: readonly Item[];
  /** An earlier sending of it may have arrived. */
  readonly repeat: boolean;
  readonly test: boolean;
  /** Name of the channel that it stands in for. */
  readonly standsInFor: string | null;
  /** ms epoch */
  readonly at: number;
  /** Begins the links to alarms; null: none. */
  readonly publicUrl: string | null;
  /** Instead of items: the channel works again. */
  readonly recovered: {
    readonly since: number;
    readonly diverted: number;
    readonly site: LocalText;
    readonly zone: string;
  } | null;
}

/** What becomes of an answer once its body is read. */
export interface Judgement {
  readonly delivered: boolean;
  readonly problem: DeliveryProblem | null;
  readonly code: string | null;
}

/** The protocol of one kind of channel. */
export interface Protocol {
  /** Most bytes of UTF-8 that a text may have. */
  readonly textBytes: number;
  /** Messages that are sent in a minute at most; what is more waits for one that gathers it. */
  readonly perMinute: number;
  request(
    message: { readonly text: string; readonly message: Message; readonly json: string },
    to: Destination,
  ): Outgoing;
  judge(body: string): Judgement;
}

export interface Destination {
  readonly address: string;
  readonly secret: string | null;
  /** ms epoch: signatures hold for an hour about it. */
  readonly at: number;
}

export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One attempt and what it says of the message. */
export interface Attempt {
  readonly delivery: Delivery;
  /** It failed, but may have arrived. */
  readonly uncertain: boolean;
  /** What was sent, as people read it. */
  readonly text: string;
}

export type Protocols = Readonly<Record<ChannelKind, Protocol>>;

export const UNTRIED: ChannelStatus = {
  failures: 0,
  failedSince: null,
  failingSince: null,
  since: null,
  lastDelivered: null,
  failure: null,
};
