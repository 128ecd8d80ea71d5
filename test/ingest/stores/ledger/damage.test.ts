import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger, openLedgerReader } from '../../../../ingest/stores/ledger/index.ts';
import { openStores } from '../../../../ingest/stores/open.ts';
import { UnusableFile } from '../../../../ingest/stores/sqlite/errors.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { alarm, arrival, registry, START, temporaryFolder } from '../fixtures/rows.ts';
import { packArrivals, packSettlements } from '../../../../ingest/stores/packed.ts';

const PAGE = 4_096;

async function storesIn(dataDir: string) {
  const stores = await openStores({ dataDir, clock: new DrivenClock(), reserveBytes: 0 });
  onTestFinished(() => stores.close());
  return stores;
}

async function filled(): Promise<string> {
  const dataDir = temporaryFolder();
  const { ledger, close } = await storesIn(dataDir);
  const arrivals = Array.from({ length: 500 }, (_, at) => arrival(at + 1));
  await ledger.commit({
    at: START,
    registry: [registry('mine')],
    alarms: [alarm(1)],
    arrivals: packArrivals(arrivals),
  });
  await close();
  return dataDir;
}

/** Overwrites pages, counted from 1, as a failing disk does. */
function spoil(file: string, pages: readonly number[]): void {
  const fd = openSync(file, 'r+');
  for (const page of pages) writeSync(fd, Buffer.alloc(PAGE, 0xa5), 0, PAGE, (page - 1) * PAGE);
  closeSync(fd);
}

const pagesOf = (file: string) => Array.from({ length: statSync(file).size / PAGE }, (_, at) => at + 1);

/** What a start does with the ledger: its state, or why there is none. */
async function start(file: string): Promise<unknown> {
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const ledger = await openLedger({ file });
    closing.push(() => ledger.close());
    const reader = openLedgerReader({ file });
    closing.push(() => reader.close());
    return reader.load();
  } catch (error) {
    return error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

test('whichever page of a ledger is destroyed, a start either reads it whole or says what to do, and changes nothing', async () => {
  const dataDir = await filled();
  const file = join(dataDir, 'ledger.db');
  const whole = await start(file);
  const bytes = readFileSync(file);
  const outcomes = new Set<string>();
  // Every third: the header, and tables and indexes of all sizes.
  for (const page of pagesOf(file).filter((one) => one % 3 === 1)) {
    spoil(file, [page]);
    const spoilt = readFileSync(file);
    const outcome = await start(file);
    if (outcome instanceof UnusableFile) {
      outcomes.add(outcome.name);
      expect(outcome.message).toContain(file);
      expect(outcome.message).toMatch(/restore the newest backup/);
      expect(outcome.message).not.toMatch(/\n|moved out/i);
      expect(readFileSync(file).equals(spoilt)).toBe(true);
    } else expect(outcome).toEqual(whole);
    const fd = openSync(file, 'r+');
    writeSync(fd, bytes, 0, bytes.length, 0);
    closeSync(fd);
  }
  expect([...outcomes].sort()).toEqual(['DamagedFile', 'ForeignFile']);
});

test('a row that is no longer what was written is damage too', async () => {
  const dataDir = await filled();
  const file = join(dataDir, 'ledger.db');
  const damages = [
    "UPDATE alarm SET gathers = 'null'",
    // One bit of one number, and a block that is half as long: no page of SQLite's is out of order.
    "UPDATE arrivals SET columns = CAST(substr(columns, 1, 19) || x'ff' || substr(columns, 21) AS BLOB) WHERE last_seq = (SELECT max(last_seq) FROM arrivals)",
    'UPDATE arrivals SET columns = substr(columns, 1, length(columns) / 2)',
    'UPDATE arrivals SET count = count + 1',
    'PRAGMA ignore_check_constraints = 1; UPDATE registry SET document = \'{"site":\'',
  ];
  for (const damage of damages) {
    const before = readFileSync(file);
    const db = new DatabaseSync(file);
    db.exec(damage);
    db.close();
    const reader = openLedgerReader({ file });
    expect(() => reader.load()).toThrow(expect.objectContaining({ name: 'DamagedFile' }));
    expect(() => reader.load()).toThrow(/backup/);
    reader.close();
    const fd = openSync(file, 'r+');
    writeSync(fd, before, 0, before.length, 0);
    closeSync(fd);
  }
});

test('a page that is destroyed while the ledger is open fails commits as ones that may pass, with what to do', async () => {
  const dataDir = await filled();
  const { ledger } = await storesIn(dataDir);
  spoil(join(dataDir, 'ledger.db'), pagesOf(join(dataDir, 'ledger.db')).slice(1));
  const failure = ledger.commit({ at: START, arrivals: packArrivals([arrival(501)]), alarms: [alarm(1)] });
  await expect(failure).rejects.toMatchObject({ name: 'CommitFailed', transient: true });
  await expect(failure).rejects.toThrow(/restore the newest backup/);
});

test('damaged readings say that they can be begun anew', async () => {
  const dataDir = temporaryFolder();
  const first = await storesIn(dataDir);
  const rows = Array.from({ length: 300 }, (_, at) => ({
    t: START + at * 3_600_000,
    value: at,
    quality: 'good' as const,
    reason: null,
    receivedAt: START,
    backfilled: false,
    claimedTime: null,
  }));
  await first.readings.settle(packSettlements([{ series: 1, readings: rows }]));
  await first.close();
  const file = join(dataDir, 'readings.db');
  spoil(file, pagesOf(file).slice(1));
  const { readings } = await storesIn(dataDir);
  const range = readings.range({ series: 1, from: 0, to: START * 2, limit: 10 });
  await expect(range).rejects.toMatchObject({ name: 'DamagedFile', file });
  await expect(range).rejects.toThrow(/begun anew/);
});
