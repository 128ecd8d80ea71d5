import type { SystemEvent } from '../../ingest/stores/ledger/types.ts';

/** The row of the diary for what a command changes. `command` tells it from a user who happens to be called `admin`. */
export function auditRow(
  command: string,
  { at, site = null, kind, detail }: Pick<SystemEvent, 'at' | 'kind' | 'detail'> & { site?: string | null },
): SystemEvent {
  return { at, site, kind, actor: 'admin', detail: { ...detail, command } };
}
