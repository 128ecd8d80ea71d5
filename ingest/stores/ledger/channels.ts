import type { ChannelBody, Delivery } from '../../../contract/channel.ts';

/** What is remembered of how a channel does. */
export interface ChannelStatus {
  /** Failed attempts in a row. */
  readonly failures: number;
  /** ms epoch of the first of them; null: none. */
  readonly failedSince: number | null;
  /** Since when it counts as failing; null: it does not. */
  readonly failingSince: number | null;
  /** Since when it is in its present health. */
  readonly since: number | null;
  readonly lastDelivered: Delivery | null;
  /** The newest failure; null when the newest attempt arrived. */
  readonly failure: Delivery | null;
}

/** A channel as the ledger holds it: address and secret sealed. */
export interface StoredChannel extends Omit<ChannelBody, 'address' | 'secret'> {
  /** Unique for ever. */
  readonly id: number;
  readonly site: string;
  /** As it may be shown. */
  readonly address: string;
  readonly signed: boolean;
  readonly sealed: Uint8Array;
  readonly status: ChannelStatus;
}

export interface NotificationIntent {
  readonly site: string;
  readonly alarm: number;
  readonly what: 'raised' | 'raised_again' | 'returned' | 'acknowledged';
  readonly at: number;
}

/** An intent that nobody has looked up recipients for. */
export interface UnroutedIntent extends NotificationIntent {
  readonly id: number;
}

/** One notification that has not reached its channel yet. */
export interface WaitingDelivery extends NotificationIntent {
  readonly id: number;
  readonly notification: number;
  readonly channel: number;
  readonly via: number | null;
  readonly message: string | null;
  readonly attempts: number;
  /** It may have arrived: an attempt began whose outcome nobody knows. */
  readonly uncertain: boolean;
  /** The alarm's beginning was given up on this channel: nobody there has heard of it. */
  readonly beginningLost: boolean;
}

/** How a delivery ended. */
export type DeliveryEnd = 'delivered' | 'covered' | 'refused' | 'withdrawn';

export type ChannelChangeRow =
  | { readonly op: 'channel.put'; readonly channel: StoredChannel }
  /** What waits for it goes to `heir`; without one it is withdrawn. */
  | { readonly op: 'channel.delete'; readonly id: number; readonly heir: number | null; readonly at: number }
  | { readonly op: 'channel.order'; readonly ids: readonly number[] }
  | { readonly op: 'channel.status'; readonly id: number; readonly status: ChannelStatus }
  | { readonly op: 'intent.routed'; readonly intent: UnroutedIntent; readonly channels: readonly number[] }
  /** An attempt begins: until its end is written, it may have arrived. */
  | { readonly op: 'delivery.start'; readonly ids: readonly number[]; readonly message: string }
  | { readonly op: 'delivery.failed'; readonly ids: readonly number[]; readonly uncertain: boolean }
  /** Its channel refuses it for what it says: another one tries. */
  | { readonly op: 'delivery.handed'; readonly ids: readonly number[]; readonly via: number }
  | {
      readonly op: 'delivery.end';
      readonly ids: readonly number[];
      readonly outcome: DeliveryEnd;
      readonly at: number;
      readonly by: number | null;
    };

/** Short keyed reads, committed state only. */
export interface ChannelReader {
  /** All sites' channels, by site and in their order. */
  channels(): readonly StoredChannel[];
  /** The highest channel id that was ever given; 0: none. */
  lastChannelId(): number;
  /** Oldest first. */
  unrouted(limit: number): readonly UnroutedIntent[];
  /** Channels that were, or are to be, told of an alarm. */
  toldOf(alarm: number): readonly number[];
  /** What waits for a channel and was not handed on, oldest first. */
  waiting(channel: number, limit: number): readonly WaitingDelivery[];
  /** What other channels handed to this one, oldest first. */
  handed(channel: number, limit: number): readonly WaitingDelivery[];
  waitingCount(channel: number): number;
  /** Of these notifications, those that a channel has delivered. */
  deliveredBy(channel: number, notifications: readonly number[]): ReadonlySet<number>;
  /** Times (ms epoch) at which a channel delivered messages since a moment, one per message. */
  sentSince(site: string, channel: number, since: number): readonly number[];
  /** Messages delivered at a site since a moment, and those of them that another channel delivered. */
  deliveredSince(site: string, since: number): { readonly delivered: number; readonly diverted: number };
  /** Messages of a channel that another one delivered since a moment. */
  divertedSince(site: string, channel: number, since: number): number;
}
