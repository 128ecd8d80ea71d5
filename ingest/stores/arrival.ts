import type { Reading } from '../../contract/reading.ts';

/** Place in the log of arrivals; ascending, never reused. */
export type ArrivalSeq = number;

export interface Arrival extends Reading {
  readonly seq: ArrivalSeq;
}
