import type { AuditPage } from '../../../contract/access.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessReader } from './access.ts';
import type { Ledger, LedgerReader } from './types.ts';

/** Sign-ins that failed are gathered for so long (ms): guessing must not fill the disk. */
const GATHERED = 5 * 60_000;

export interface DiaryOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<AccessReader, 'audit'> & Pick<LedgerReader, 'user'>;
  readonly clock: Clock;
}

/** Who changed what, who took what away, and who tried to get in. */
export function diary({ ledger, reader, clock }: DiaryOptions) {
  /** By user name; null: all that nobody has. There are no more than there are users, and one. */
  const failed = new Map<string | null, number>();

  async function write(): Promise<void> {
    if (failed.size === 0) return;
    const counts = [...failed];
    failed.clear();
    const at = clock.now().wall;
    const systemEvents = counts.map(([username, count]) => ({
      at,
      site: null,
      kind: 'session.refused',
      actor: null,
      detail: { username, count },
    }));
    try {
      await ledger.commit({ at, systemEvents });
    } catch {
      for (const [username, count] of counts) failed.set(username, (failed.get(username) ?? 0) + count);
    }
  }

  const timer = clock.every(GATHERED, () => void write());
  return {
    /** A name that nobody has is not kept: it may be a password typed into the wrong field. */
    signInRefused(username: string): void {
      const known = reader.user(username) === undefined ? null : username;
      failed.set(known, (failed.get(known) ?? 0) + 1);
    },
    /** Told before a file leaves, so that none leaves untold. */
    async exported(
      { site, ...detail }: { site: string; series: string; from: number; to: number; rows: string },
      by: string,
    ): Promise<void> {
      const at = clock.now().wall;
      await ledger.commit({ at, systemEvents: [{ at, site, kind: 'history.exported', actor: by, detail }] });
    },
    page({ limit, ...page }: { before?: number; limit: number; changes: boolean }): AuditPage {
      const entries = [...reader.audit({ ...page, limit })];
      return { entries, next: entries.length < limit ? null : (entries.at(-1)?.id ?? null) };
    },
    async close(): Promise<void> {
      timer.cancel();
      await write();
    },
  };
}
