import {
  type ShiftKey,
  ShiftList,
  ShiftRecord,
  type ShiftRecordBody,
  ShiftRecordList,
} from '../../../contract/record.ts';
import { call } from '../call.ts';

/** What can be asked about the record of one area. */
export function recordRequests(site: string, area: string) {
  const base = `/api/sites/${encodeURIComponent(site)}/areas/${encodeURIComponent(area)}`;
  return {
    shifts: () => call(`${base}/shifts`, { answer: ShiftList }),
    records: (days: { from: string; to: string }) =>
      call(`${base}/records?${new URLSearchParams(days).toString()}`, { answer: ShiftRecordList }),
    handIn: (body: ShiftRecordBody) => call(`${base}/records`, { method: 'POST', body, answer: ShiftRecord }),
    review: (id: number) => call(`${base}/records/${id}/review`, { method: 'POST', body: {}, answer: ShiftRecord }),
  };
}

export const sameShift = (one: ShiftKey, other: ShiftKey): boolean => one.day === other.day && one.from === other.from;
