import type { User } from '../../../contract/account.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { ShiftRecord, ShiftRecordBody } from '../../../contract/record.ts';
import type { ShiftRecordReader, StoredShiftRecord } from './shift-rows.ts';
import { LedgerConflict, type Ledger, type SystemEvent } from './types.ts';

export interface ShiftRecordsOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: ShiftRecordReader;
  readonly clock: Clock;
}

interface Place {
  readonly site: string;
  readonly area: string;
}

/** What people record of a shift. Nothing is overwritten: a correction stands beside what it corrects. */
export function shiftRecords({ ledger, reader, clock }: ShiftRecordsOptions) {
  const event = (site: string, kind: string, actor: string, detail: SystemEvent['detail']): SystemEvent => ({
    at: clock.now().wall,
    site,
    kind,
    actor,
    detail,
  });

  return {
    list: ({ site, area }: Place, days: { from: string; to: string }, user: User): readonly ShiftRecord[] =>
      reader.shiftRecords(site, area, days).map((record) => viewOf(record, user)),

    /** `to`: the end of the window that the body's shift begins. Resolves with the record, or the one handed in before. */
    async add(
      { site, area }: Place,
      body: ShiftRecordBody,
      { to, user }: { readonly to: string; readonly user: User },
    ): Promise<ShiftRecord | 'no_such_record' | 'corrected_before'> {
      const { key, shift, checks, note, corrects } = body;
      const before = reader.shiftRecordByKey(key);
      if (before !== undefined)
        return before.site === site && before.area === area ? viewOf(before, user) : 'no_such_record';
      const corrected = corrects === null ? undefined : reader.shiftRecord(corrects.id);
      if (corrects !== null && !isOf(corrected, { site, area }, shift)) return 'no_such_record';
      const { day, from } = shift;
      const audit = event(site, corrects === null ? 'shift.recorded' : 'shift.corrected', user.username, {
        area,
        day,
        from,
      });
      const reason = corrects?.reason ?? null;
      const record = { key, site, area, day, from, to, at: audit.at, account: user.username, post: user.post };
      try {
        await ledger.commit({
          at: audit.at,
          shiftRecords: [{ op: 'add', record: { ...record, checks, note, corrects: corrects?.id ?? null, reason } }],
          systemEvents: [audit],
        });
      } catch (error) {
        if (error instanceof LedgerConflict && error.code === 'corrected_before') return 'corrected_before';
        throw error;
      }
      const stored = reader.shiftRecordByKey(key);
      if (stored === undefined) throw new Error('A record that was committed cannot be read.');
      return viewOf(stored, user);
    },

    /** Four eyes: nobody reviews what they recorded, and what was corrected is not reviewed any more. */
    async review(
      { site, area }: Place,
      id: number,
      user: User,
    ): Promise<ShiftRecord | 'no_such_record' | 'own_record' | 'corrected_before'> {
      const record = reader.shiftRecord(id);
      if (record === undefined || record.site !== site || record.area !== area) return 'no_such_record';
      if (record.account === user.username) return 'own_record';
      if (record.correctedBy !== null) return 'corrected_before';
      if (record.review === null) {
        const { day, from } = record;
        const audit = event(site, 'shift.reviewed', user.username, { area, day, from });
        const change = { op: 'review', id, at: audit.at, by: user.username, post: user.post } as const;
        await ledger.commit({ at: audit.at, shiftRecords: [change], systemEvents: [audit] });
      }
      return viewOf(reader.shiftRecord(id) ?? record, user);
    },
  };
}

function isOf(record: StoredShiftRecord | undefined, { site, area }: Place, shift: ShiftRecordBody['shift']): boolean {
  return record?.site === site && record.area === area && record.day === shift.day && record.from === shift.from;
}

function viewOf(record: StoredShiftRecord, user: User): ShiftRecord {
  const { id, area, day, from, to, at, post, account, checks, note, corrects, reason, correctedBy, review } = record;
  const own = account === user.username;
  const reviewed = review === null ? null : { at: review.at, by: review.post };
  return { id, area, day, from, to, at, by: post, own, checks, note, corrects, reason, correctedBy, review: reviewed };
}
