import { AuditPage } from '../../../contract/access.ts';
import { call } from '../call.ts';

/** A page of the journal, newest first; `before`: the `next` of the page before it. */
export function readAudit({ before, changes }: { before: number | null; changes: boolean }) {
  const query = new URLSearchParams({ limit: '100', changes: String(changes) });
  if (before !== null) query.set('before', String(before));
  return call(`/api/audit?${query.toString()}`, { answer: AuditPage });
}
