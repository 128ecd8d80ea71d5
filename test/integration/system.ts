import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { InfluxConfig } from '../../app/config-influx.ts';
import { createLog } from '../../app/log.ts';
import type { User } from '../../contract/account.ts';
import type { Clock } from '../../contract/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { deviceUsername } from '../../contract/topics.ts';
import { passwordHasher } from '../../dashboard/server/password.ts';
import { hashToken, newToken } from '../../ingest/stores/ledger/tokens.ts';
import type { AccountChange } from '../../ingest/stores/ledger/types.ts';
import { startSystem, type System, type SystemOptions } from '../../main.ts';
import { rowsOf } from '../arrival-log.ts';

export interface TestUser extends User {
  readonly password: string;
}

export interface TestSystem extends System {
  readonly dir: string;
  /** Passwords of the registry's devices, by device. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Rows of the ledger, by a reader that shares no code with it. */
  rows(sql: string, ...values: (string | number)[]): Record<string, unknown>[];
  /** After `close`: the same again, on the same data and the same ports. */
  startAgain(): Promise<System>;
}

interface TestSystemOptions {
  readonly registry: SiteRegistry;
  readonly clock: Clock;
  /** Where the readings are kept instead of in `readings.db`. */
  readonly influx?: InfluxConfig;
  readonly users?: readonly TestUser[];
}

/** The whole system on free ports and a fresh data directory, with a credential for each device of the registry. */
export async function startTestSystem({ registry, clock, influx, users = [] }: TestSystemOptions): Promise<TestSystem> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-system-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const passwords = new Map(registry.devices.map(({ id }) => [id, newToken()]));

  const open = async (ports: { http: number; mqtt: number }, more: Pick<SystemOptions, 'prepare'> = {}) => {
    const system = await startSystem({
      clock,
      log: createLog({ level: 'silent', stream: process.stderr }),
      config: {
        dataDir: dir,
        http: { host: '127.0.0.1', port: ports.http },
        httpTls: null,
        mqtt: {
          host: '127.0.0.1',
          port: ports.mqtt,
          tls: null,
          maxPacketBytes: 262_144,
          maxConnections: 1_000,
          messagesPerSecond: 1_000,
        },
        publicUrl: null,
        trustProxy: [],
        allowPlainHttp: false,
        retentionRawDays: 730,
        maxWaitingReadings: 2_000_000,
        heartbeatUrl: null,
        influx: influx ?? null,
        logLevel: 'silent',
      },
      ...more,
    });
    onTestFinished(() => system.close());
    return system;
  };

  const system = await open(
    { http: 0, mqtt: 0 },
    {
      async prepare({ ledger, key }) {
        const at = clock.now().wall;
        const devices = [...passwords].map(([device, password]): AccountChange => {
          const username = deviceUsername({ site: registry.site, device });
          return {
            op: 'credential.create',
            username,
            clientId: username,
            site: registry.site,
            device,
            tokenHash: hashToken(key, password),
            at,
          };
        });
        const people = await Promise.all(users.map((user) => createUser(user, at)));
        await ledger.commit({ at, registry: [registry], accounts: [...devices, ...people] });
      },
    },
  );
  return {
    ...system,
    dir,
    passwords,
    rows(sql, ...values) {
      const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
      try {
        return rowsOf(db, sql, ...values);
      } finally {
        db.close();
      }
    },
    startAgain: () => open({ http: Number(new URL(system.url).port), mqtt: system.mqtt.port }),
  };
}

async function createUser({ username, post, role, password }: TestUser, at: number): Promise<AccountChange> {
  return { op: 'user.create', username, post, role, passwordHash: await passwordHasher().hash(password), at };
}
