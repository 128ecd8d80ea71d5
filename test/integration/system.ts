import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { createLog } from '../../app/log.ts';
import type { Clock } from '../../contract/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { deviceUsername } from '../../contract/topics.ts';
import { hashToken, newToken } from '../../ingest/stores/ledger/tokens.ts';
import type { AccountChange } from '../../ingest/stores/ledger/types.ts';
import { startSystem, type System } from '../../main.ts';

export interface TestSystem extends System {
  readonly dir: string;
  /** Passwords of the registry's devices, by device. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Rows of the ledger, by a reader that shares no code with it. */
  rows(sql: string, ...values: (string | number)[]): Record<string, unknown>[];
}

/** The whole system on free ports and a fresh data directory, with a credential for each device of the registry. */
export async function startTestSystem({ registry, clock }: { registry: SiteRegistry; clock: Clock }): Promise<TestSystem> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-system-'));
  const passwords = new Map(registry.devices.map(({ id }) => [id, newToken()]));
  const system = await startSystem({
    clock,
    log: createLog({ level: 'silent', stream: process.stderr }),
    config: {
      dataDir: dir,
      http: { host: '127.0.0.1', port: 0 },
      mqtt: { host: '127.0.0.1', port: 0, maxPacketBytes: 262_144, maxConnections: 1_000 },
      publicUrl: null,
      retentionRawDays: 730,
      logLevel: 'silent',
    },
    async prepare({ ledger, key }) {
      const at = clock.now().wall;
      const accounts = [...passwords].map(([device, password]): AccountChange => {
        const username = deviceUsername({ site: registry.site, device });
        return { op: 'credential.create', username, clientId: username, site: registry.site, device, tokenHash: hashToken(key, password), at };
      });
      await ledger.commit({ at, registry: [registry], accounts });
    },
  });
  onTestFinished(async () => {
    await system.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    ...system,
    dir,
    passwords,
    rows(sql, ...values) {
      const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
      try {
        return db.prepare(sql).all(...values);
      } finally {
        db.close();
      }
    },
  };
}
