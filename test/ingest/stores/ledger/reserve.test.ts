import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger } from '../../../../ingest/stores/ledger/index.ts';
import type { LedgerBatch } from '../../../../ingest/stores/ledger/types.ts';
import { openStores } from '../../../../ingest/stores/open.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { rowsOf } from '../../../arrival-log.ts';
import { alarm, arrival, START, temporaryFolder } from '../fixtures/rows.ts';
import { mayMount, smallDisk } from '../fixtures/small-disk.ts';
import { packArrivals } from '../../../../ingest/stores/packed.ts';

const mounts = mayMount('a ledger on a disk that is really full');
const KEPT = 1_048_576;
const FULL = { name: 'CommitFailed', transient: true, sqliteCode: 13 };
const MINUTE = 60_000;

let seq = 1;
const readings = (at: number): LedgerBatch => ({
  at,
  arrivals: packArrivals(Array.from({ length: 2_000 }, () => arrival(seq++))),
});
const alarms = (at: number, worst: number): LedgerBatch => ({
  at,
  alarms: [alarm(1, { worst })],
  journal: [{ site: 'mine', alarm: 1, at, what: 'raised', value: worst, by: null, account: null, note: null }],
});

async function ledgerOn(dir: string) {
  const file = join(dir, 'ledger.db');
  const reserve = join(dir, 'reserve');
  const ledger = await openLedger({ file, reserveBytes: KEPT });
  onTestFinished(() => ledger.close());
  const count = (table: string) => {
    const db = new DatabaseSync(file, { readOnly: true });
    const [row] = rowsOf(db, `SELECT count(*) AS n FROM ${table}`);
    db.close();
    return row?.['n'];
  };
  const isThere = () => existsSync(reserve);
  return { ledger, reserve, isThere, count };
}

test('the reserve is of its size and allocated, readable by its owner only', async () => {
  const { ledger, reserve } = await ledgerOn(temporaryFolder());
  const { size, blocks, mode } = statSync(reserve);
  expect(size).toBe(KEPT);
  expect(blocks * 512).toBeGreaterThanOrEqual(KEPT);
  expect(mode & 0o777).toBe(0o600);
  expect(ledger.room()).toBe('ample');
});

test.skipIf(!mounts)(
  'on a full disk the first commit fails and gives the reserve away; it passes when it comes again, and alarms go on',
  async () => {
    const disk = smallDisk({ megabytes: 8 });
    const { ledger, isThere, count } = await ledgerOn(disk.dir);
    await ledger.commit(readings(START));
    disk.fill();
    const batch = readings(START);
    await expect(ledger.commit(batch)).rejects.toMatchObject(FULL);
    expect([isThere(), ledger.room()]).toEqual([false, 'reserve']);
    await ledger.commit(batch);
    expect(count('arrival')).toBe(4_000);
    for (let change = 0; change < 500; change += 1) await repeated(() => ledger.commit(alarms(START, change)));
    expect([count('journal'), ledger.room()]).toEqual([500, 'reserve']);

    // What is left of it is used up as well: then nothing passes, until there is room again.
    await untilRefused(() => {
      disk.fill();
      return repeated(() => ledger.commit(alarms(START, 0)), disk.fill);
    });
    const stored = count('journal');
    disk.clear();
    await ledger.commit(alarms(START, 2));
    expect(count('journal')).toBe(Number(stored) + 1);
    expect([isThere(), ledger.room()]).toEqual([true, 'ample']);
  },
);

test.skipIf(!mounts)(
  'the reserve is made again at most once a minute, and only where it leaves as much free',
  async () => {
    const disk = smallDisk({ megabytes: 8 });
    const { ledger, isThere } = await ledgerOn(disk.dir);
    const runOut = async (at: number) => {
      disk.fill();
      await untilRefused(() => ledger.commit(readings(at)));
      expect(isThere()).toBe(false);
    };
    await runOut(START);
    disk.clear();
    await ledger.commit(alarms(START, 1));
    expect(isThere()).toBe(true);

    await runOut(START + 1);
    disk.clear();
    await ledger.commit(alarms(START + MINUTE - 1, 1));
    expect([isThere(), ledger.room()]).toEqual([false, 'reserve']);
    await ledger.commit(alarms(START + MINUTE, 1));
    expect([isThere(), ledger.room()]).toEqual([true, 'ample']);

    await runOut(START + MINUTE);
    // What it gave away is free again, and nothing beside it.
    await ledger.commit(alarms(START + 2 * MINUTE, 1));
    expect(isThere()).toBe(false);
  },
);

test.skipIf(!mounts)('stores open on a disk that is full to the last byte, on what the reserve kept back', async () => {
  const disk = smallDisk({ megabytes: 8 });
  const options = { dataDir: disk.dir, clock: new DrivenClock(), reserveBytes: KEPT };
  const first = await openStores(options);
  await first.ledger.commit(alarms(START, 1));
  await first.close();
  disk.fill();
  const second = await openStores(options);
  onTestFinished(() => second.close());
  expect(second.ledger.room()).toBe('reserve');
  await second.ledger.commit(alarms(START, 2));
  expect(second.reader.alarm(1)?.worst).toBe(2);
});

test.skipIf(!mounts)(
  'a disk with less room than the reserve should have gets a smaller one, which grows when there is more',
  async () => {
    const disk = smallDisk({ megabytes: 3 });
    const more = disk.hold(1_500_000);
    const { ledger, reserve } = await ledgerOn(disk.dir);
    const { size } = statSync(reserve);
    expect(size).toBeGreaterThan(200_000);
    expect(size).toBeLessThan(KEPT);
    await ledger.commit(readings(START));
    expect(ledger.room()).toBe('ample');
    disk.fill();
    await expect(untilRefused(() => ledger.commit(readings(START)))).resolves.toBeUndefined();
    expect(ledger.room()).toBe('reserve');
    await ledger.commit(alarms(START, 1));
    disk.clear();
    more();
    await ledger.commit(alarms(START + MINUTE, 2));
    expect([statSync(reserve).size, ledger.room()]).toEqual([KEPT, 'ample']);
  },
);

/** As the line does it: what fails comes again. */
async function repeated(commit: () => Promise<void>, before = () => {}): Promise<void> {
  await commit().catch((error: unknown) => {
    expect(error).toMatchObject(FULL);
    before();
    return commit();
  });
}

async function untilRefused(commit: () => Promise<void>): Promise<void> {
  for (let passed = true; passed;) {
    passed = await commit().then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject(FULL);
        return false;
      },
    );
  }
}
