import type { ShiftChecks } from '../../../contract/record.ts';

/** A record of a shift as the ledger holds it; nothing of it changes but the review that is added. */
export interface StoredShiftRecord {
  readonly id: number;
  readonly key: string;
  readonly site: string;
  readonly area: string;
  readonly day: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** User name; screens show the duty post, `post`. */
  readonly account: string;
  readonly post: string;
  readonly checks: ShiftChecks;
  readonly note: string | null;
  readonly corrects: number | null;
  readonly reason: string | null;
  readonly correctedBy: number | null;
  readonly review: { readonly at: number; readonly by: string; readonly post: string } | null;
}

export type ShiftRecordChange =
  /** One whose key is there already is no second one. Fails the commit when what it corrects was corrected before. */
  | { readonly op: 'add'; readonly record: Omit<StoredShiftRecord, 'id' | 'correctedBy' | 'review'> }
  /** Leaves a review that is there. */
  | { readonly op: 'review'; readonly id: number; readonly at: number; readonly by: string; readonly post: string };

export interface ShiftRecordReader {
  /** Of one area, days included at both ends; in the order in which they were made. */
  shiftRecords(site: string, area: string, days: { from: string; to: string }): readonly StoredShiftRecord[];
  shiftRecord(id: number): StoredShiftRecord | undefined;
  shiftRecordByKey(key: string): StoredShiftRecord | undefined;
}
