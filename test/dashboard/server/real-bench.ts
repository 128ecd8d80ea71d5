import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { UserRole } from '../../../contract/account.ts';
import type { AppOptions } from '../../../dashboard/server/options.ts';
import type { Accounts } from '../../../dashboard/server/ports.ts';
import { openStores } from '../../../ingest/stores/open.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { bench, MemorySite, PASSWORD_HASH } from './doubles.ts';

export type RealBench = Awaited<ReturnType<typeof realBench>>;

/** The server's options over a real ledger, with a user of each role called after it, and a site in memory. */
export async function realBench(changes: Partial<AppOptions> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'fw-access-'));
  const clock = new DrivenClock();
  const stores = await openStores({ dataDir, clock, reserveBytes: 0 });
  const at = clock.now().wall;
  const roles: readonly UserRole[] = ['viewer', 'operator', 'administrator'];
  await stores.ledger.commit({
    at,
    accounts: roles.map((role) => ({
      op: 'user.create',
      username: role,
      post: '后勤值班',
      role,
      passwordHash: PASSWORD_HASH,
      at,
    })),
  });
  const site = new MemorySite(clock);
  const accounts: Accounts = stores.accounts;
  const options: AppOptions = {
    ...bench(),
    clock,
    query: site,
    desk: site,
    accounts,
    access: { people: stores.people, tokens: stores.tokens, walls: stores.walls, audit: stores.audit },
    ...changes,
  };
  return {
    stores,
    clock,
    site,
    options,
    async tokenOf(role: UserRole, name: string = role): Promise<string> {
      const created = await stores.tokens.create({ name, role, days: 7 }, 'administrator');
      if (created === 'name_taken') throw new Error(`there is a token ${name} already`);
      return created.token;
    },
    async sessionOf(username: string): Promise<string> {
      return `fw_session=${(await accounts.openSession(username)).token}`;
    },
    /** Rows of the ledger, by a reader that shares no code with it. */
    rows(sql: string): Record<string, unknown>[] {
      const db = new DatabaseSync(join(dataDir, 'ledger.db'), { readOnly: true });
      try {
        return db.prepare(sql).all();
      } finally {
        db.close();
      }
    },
    async remove() {
      await stores.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

interface JournalRow {
  readonly kind: unknown;
  readonly actor: unknown;
  readonly site: unknown;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The journal's rows of some kinds, oldest first. */
export function journalOf(on: RealBench, prefix: string): readonly JournalRow[] {
  return on
    .rows(`SELECT kind, actor, site, detail FROM system_event WHERE kind LIKE '${prefix}%' ORDER BY id`)
    .map(({ kind, actor, site, detail }) => ({ kind, actor, site, detail: JSON.parse(String(detail)) }));
}
