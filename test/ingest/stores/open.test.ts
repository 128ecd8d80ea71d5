import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openStores } from '../../../ingest/stores/open.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { arrival, START, temporaryFolder } from './fixtures/rows.ts';
import { packArrivals } from '../../../ingest/stores/packed.ts';

const FILES = ['ledger.db', 'readings.db', 'reserve', 'server.key', 'server.lock'];

test('after an orderly close the data folder holds its databases and the key, with nothing left beside them', async () => {
  const dataDir = temporaryFolder();
  const stores = await openStores({ dataDir, clock: new DrivenClock() });
  await stores.ledger.commit({ at: START, arrivals: packArrivals([arrival(1)]) });
  await stores.close();
  expect(readdirSync(dataDir).sort()).toEqual(FILES);
  for (const name of FILES.slice(0, 4)) expect(statSync(join(dataDir, name)).mode & 0o077).toBe(0);
});

test('a data folder serves one server at a time, and the next one after it', async () => {
  const dataDir = temporaryFolder();
  const clock = new DrivenClock();
  const first = await openStores({ dataDir, clock });
  await expect(openStores({ dataDir, clock })).rejects.toMatchObject({ name: 'DataDirInUse' });
  await first.close();
  await (await openStores({ dataDir, clock })).close();
});

test('a store of a newer program ends the start, and everything opened before it is closed again', async () => {
  const dataDir = temporaryFolder();
  const clock = new DrivenClock();
  await (await openStores({ dataDir, clock })).close();
  for (const name of ['readings.db', 'ledger.db']) {
    const known = swapVersion(join(dataDir, name), 99);
    await expect(openStores({ dataDir, clock })).rejects.toMatchObject({ name: 'NewerSchema', found: 99 });
    swapVersion(join(dataDir, name), known);
    await (await openStores({ dataDir, clock })).close();
    expect(readdirSync(dataDir).sort()).toEqual(FILES);
  }
});

function swapVersion(file: string, version: number): number {
  const db = new DatabaseSync(file);
  const { user_version: before } = db.prepare('PRAGMA user_version').get() ?? {};
  db.exec(`PRAGMA user_version = ${version}`);
  db.close();
  return Number(before);
}

test('the WAL of a busy ledger is reset again and again, also while its reader reads', async () => {
  const dataDir = temporaryFolder();
  const stores = await openStores({ dataDir, clock: new DrivenClock() });
  let seq = 1;
  for (let commit = 0; commit < 150; commit += 1) {
    const arrivals = Array.from({ length: 2_000 }, () => arrival(seq++));
    const committed = stores.ledger.commit({ at: START, arrivals: packArrivals(arrivals) });
    stores.reader.registryRevision();
    await committed;
  }
  // 300,000 arrivals are some 12 MB; each checkpoint is due at 4 MB.
  expect(statSync(join(dataDir, 'ledger.db-wal')).size).toBeLessThan(8_000_000);
  expect(statSync(join(dataDir, 'ledger.db')).size).toBeGreaterThan(4_000_000);
  await stores.close();
});
