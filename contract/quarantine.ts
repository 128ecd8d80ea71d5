/**
 * Why something could not be used, in words for the maker of a sensor. `path` says where in the message:
 * `$` for the whole, `$[2].values.water_temprature` for one value.
 */
export interface QuarantineReason {
  readonly code: QuarantineCode;
  readonly path: string;
  /** English sentence: what was found and what would be right. No payload content of events. */
  readonly detail: string;
}

export type QuarantineCode =
  | 'not_utf8'
  | 'not_json'
  | 'wrong_shape'
  | 'bad_time'
  | 'unknown_metric'
  | 'not_a_number'
  | 'missing_field'
  | 'bad_field'
  | 'unknown_event_kind'
  | 'unknown_device'
  | 'too_many_series'
  | 'too_old'
  | 'bad_status'
  | 'offender' // the commit failed on this message alone
  | 'store_rejected'; // the readings store will never take it

export interface QuarantineEntry {
  readonly site: string;
  readonly device: string;
  readonly topic: string;
  readonly receivedAt: number;
  readonly scope: 'message' | 'part';
  readonly reason: QuarantineReason;
  /** Raw bytes; null for events, of which only size and key names are kept. */
  readonly payload: Uint8Array | null;
  readonly size: number;
  /** Names of an event payload's keys, cut to 32 names of 64 characters; null otherwise. */
  readonly keys: readonly string[] | null;
}
