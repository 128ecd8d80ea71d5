import type { EventDetail } from '../../contract/event.ts';
import type { MetricName } from '../../contract/metrics.ts';
import type { QuarantineReason } from '../../contract/quarantine.ts';

/** A time as a device claimed it: ms epoch, or none (dated by receipt). */
export type ClaimedTime = number | null;

export interface DecodedValue {
  /** As it stands in `values`: metric and channel. */
  readonly key: string;
  readonly metric: MetricName;
  /** Empty when the key names none. */
  readonly channel: string;
  /** Finite; rounded to the metric's resolution; not yet judged. */
  readonly value: number;
}

export interface DecodedSample {
  /** Where its values stand in the message, such as `$[2].values`. */
  readonly path: string;
  readonly claimedTime: ClaimedTime;
  readonly values: readonly DecodedValue[];
}

export interface DecodedEvent {
  /** Where it stands in the message, such as `$[2]`. */
  readonly path: string;
  readonly id: string;
  readonly claimedTime: ClaimedTime;
  readonly detail: EventDetail;
}

/** What a payload said; `rejected` names every part that could not be used, the rest is used. */
export interface Decoded {
  readonly samples: readonly DecodedSample[];
  readonly events: readonly DecodedEvent[];
  readonly status: 'online' | 'offline' | null;
  readonly rejected: readonly QuarantineReason[];
  /** An empty retained payload: clears a retained message, and is nothing else. */
  readonly cleared: boolean;
}
