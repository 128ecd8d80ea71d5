import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAdminLedger } from '../../app/admin/open-ledger.ts';
import { StartError } from '../../app/start-error.ts';
import { openLedger, openLedgerReader } from '../../ingest/stores/ledger/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fw-admin-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a data directory without a ledger is told, and stays as it was', async () => {
  await expect(openAdminLedger(dir)).rejects.toThrow(StartError);
  await expect(openAdminLedger(dir)).rejects.toThrow(`There is no ledger in ${dir}`);
  expect(existsSync(join(dir, 'ledger.db'))).toBe(false);
  expect(existsSync(join(dir, 'server.key'))).toBe(false);
});

test('what a command commits is seen by a server that runs beside it, and the other way round', async () => {
  const file = join(dir, 'ledger.db');
  const server = await openLedger({ file });
  const serverReader = openLedgerReader({ file });
  const command = await openAdminLedger(dir);
  const user = { op: 'user.create', post: '值班', role: 'viewer', passwordHash: 'x', at: 1 } as const;

  await command.ledger.commit({ at: 1, accounts: [{ ...user, username: 'by-command' }] });
  expect(serverReader.user('by-command')).toBeDefined();
  await server.commit({ at: 2, accounts: [{ ...user, username: 'by-server' }] });
  expect(command.reader.user('by-server')).toBeDefined();

  await command.close();
  await server.commit({ at: 3, accounts: [{ ...user, username: 'afterwards' }] });
  expect(serverReader.users()).toHaveLength(3);
  serverReader.close();
  await server.close();
});
