import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../ingest/stores/ledger/types.ts';
import { DrivenClock } from '../driven-clock.ts';
import { OPERATOR, startRig, temporaryFolder, type Rig } from '../ingest/line/rig.ts';
import { SITE, WELL } from '../ingest/line/site.ts';
import { brittleDisk, mayMount, smallDisk } from '../ingest/stores/fixtures/small-disk.ts';

const mounts = mayMount('the whole line on a disk that is really full or read-only');
const cold = { ...WELL, 'water_temperature.outlet': 38 };

interface Ground {
  readonly dir: string;
  /** Runs after each commit that fails. */
  readonly onFailure?: () => void;
}

/** The line on real stores; its clock goes on by itself only where it waits to try a commit again. */
async function startOn({ dir, onFailure = () => {} }: Ground) {
  const clock = new DrivenClock();
  const ledger = (real: Ledger): Ledger => ({
    ...real,
    commit: (batch) =>
      real.commit(batch).catch((error: unknown) => {
        onFailure();
        setImmediate(() => clock.advance(500));
        throw error;
      }),
  });
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  const rig = await startRig({ registry: SITE, dir, clock, ledger, freeBytes, reserveBytes: 8 * 1024 * 1024 });
  const told: boolean[] = [];
  let stopped = () => {};
  const stops = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  rig.ingest.onStoring((storing) => {
    told.push(storing);
    if (!storing) stopped();
  });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  return { rig, told, stops };
}

const storedAt = (rig: Rig, ts: number) =>
  rig.rows(`SELECT count(*) AS n FROM arrival WHERE source_time = ${ts} AND value = 38`)[0]?.['n'];
const waterAlarms = (rig: Rig) => rig.rows("SELECT id FROM alarm WHERE rule = 'base.water'");
const systemAlarms = (rig: Rig) =>
  rig.alarms().flatMap(({ rule, returnedAt }) => (rule.startsWith('system.') && returnedAt === null ? [rule] : []));
const raisings = (rig: Rig) =>
  rig.rows(
    "SELECT what FROM journal JOIN alarm ON alarm.id = journal.alarm WHERE rule = 'base.water' AND what = 'raised'",
  );

/** From the first reading that cannot be stored to the alarm that follows: all of it shown, none of it stored. */
async function judgeUnstored({ rig, stops }: Awaited<ReturnType<typeof startOn>>) {
  const acknowledged: number[] = [];
  const sent: number[] = [];
  const send = () => {
    const ts = rig.clock.now().wall;
    sent.push(ts);
    void rig.values('gateway', cold, ts).then(() => acknowledged.push(ts));
  };
  send();
  await stops;
  for (let at = 0; at < 20; at += 1) {
    send();
    await rig.pass(10);
  }
  expect(acknowledged).toEqual([]);
  expect(rig.snapshot().site.storing).toBe(false);
  expect(rig.value('shower')).toMatchObject({ value: 38, state: 'outside', stored: false });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'unacknowledged', stored: false }]);
  expect(waterAlarms(rig)).toEqual([]);
  expect(systemAlarms(rig)).toEqual(['system.not_stored']);
  return { sent, acknowledged };
}

/** Storing works again: the alarm is in the ledger once, and so is what devices send again, however often. */
async function recover({ rig, told }: Awaited<ReturnType<typeof startOn>>, sent: readonly number[]) {
  await rig.pass(3);
  expect(told).toEqual([false, true]);
  expect(waterAlarms(rig)).toHaveLength(1);
  expect(raisings(rig)).toHaveLength(1);
  for (let time = 0; time < 2; time += 1) await Promise.all(sent.map((ts) => rig.values('gateway', cold, ts)));
  for (const ts of sent) expect(storedAt(rig, ts)).toBe(1);
  await rig.values('gateway', cold);
  expect(rig.value('shower')).toMatchObject({ value: 38, stored: true });
  expect(rig.alarms('base.water')).toMatchObject([{ stored: true }]);
  expect(raisings(rig)).toHaveLength(1);
}

test.skipIf(!mounts)(
  'on a full disk the reserve goes first, then what comes is shown and not stored; with room again all recovers by itself',
  async () => {
    const disk = smallDisk({ megabytes: 40 });
    let filling = false;
    const onFailure = () => {
      if (filling) disk.fill();
    };
    const ground = await startOn({ dir: disk.dir, onFailure });
    const { rig, told } = ground;
    const reserve = join(disk.dir, 'reserve');
    expect([existsSync(reserve), rig.stores.ledger.room()]).toEqual([true, 'ample']);

    disk.fill();
    await rig.values('gateway', WELL);
    expect([existsSync(reserve), rig.stores.ledger.room(), told.length]).toEqual([false, 'reserve', 0]);

    // Something goes on taking what is freed.
    filling = true;
    disk.fill();
    const { sent } = await judgeUnstored(ground);
    filling = false;
    disk.clear();
    await recover(ground, sent);
    expect([existsSync(reserve), rig.stores.ledger.room()]).toEqual([true, 'ample']);
  },
);

test.skipIf(!mounts)(
  'on a full disk alarms are committed on the reserve while readings are not; nothing flaps until there is room',
  async () => {
    const disk = smallDisk({ megabytes: 40 });
    const ground = await startOn({ dir: disk.dir });
    const { rig, told } = ground;
    disk.fill();
    await rig.values('gateway', WELL);
    const acknowledged: number[] = [];
    const sent: number[] = [];
    for (let at = 0; at < 200; at += 1) {
      const ts = rig.clock.now().wall;
      sent.push(ts);
      void rig.values('gateway', cold, ts).then(() => acknowledged.push(ts));
      await rig.pass(10);
    }
    expect(told).toEqual([false]);
    expect(acknowledged).toEqual([]);
    expect(waterAlarms(rig)).toHaveLength(1);
    expect(rig.alarms('base.water')).toMatchObject([{ stored: true }]);
    expect(rig.value('shower')).toMatchObject({ value: 38, stored: false });
    expect(systemAlarms(rig)).toEqual(['system.not_stored']);
    const alarm = rig.alarms('base.water')[0]?.id ?? 0;
    const answer = await rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null });
    expect(answer).toMatchObject({ outcome: 'acknowledged', alarm: { stored: true } });
    expect(rig.rows("SELECT by FROM journal WHERE what = 'acknowledged'")).toEqual([{ by: OPERATOR.post }]);
    disk.clear();
    await recover(ground, sent.slice(-20));
    // It is a small disk, and that holds still.
    await rig.pass(60);
    expect(systemAlarms(rig)).toEqual(['system.disk_low']);
    expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'storing%' ORDER BY id")).toEqual([
      { kind: 'storing_stopped' },
      { kind: 'storing_again' },
    ]);
  },
);

const limits = (value: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${value}`]);

function mayLimit(): boolean {
  try {
    limits('unlimited:');
    return true;
  } catch {
    process.stderr.write('prlimit is not to be had: a disk whose writes fail is not tried in this run.\n');
    return false;
  }
}

test.skipIf(!mayLimit())('writes that fail are an outage like a full disk, and end like it', async () => {
  const ground = await startOn({ dir: temporaryFolder() });
  // No byte of any file beyond the first can be written by this process.
  limits('1:');
  onTestFinished(() => void limits('unlimited:'));
  const { sent } = await judgeUnstored(ground);
  limits('unlimited:');
  await recover(ground, sent);
});

test.skipIf(!mounts)(
  'a disk that turns read-only is an outage; after a start on it, writable again, everything acknowledged is there',
  async (context) => {
    const disk = brittleDisk({ megabytes: 48 });
    if (disk === undefined) return context.skip('A file system on a loop device is not permitted here.');
    const ground = await startOn({ dir: disk.dir });
    const { rig } = ground;
    const before = rig.rows('SELECT seq, value FROM arrival ORDER BY seq');
    expect(before).toHaveLength(12);
    disk.turnReadOnly();
    const { sent, acknowledged } = await judgeUnstored(ground);
    await rig.close();
    disk.mend();
    expect(acknowledged).toEqual([]);

    const again = await startRig({ registry: SITE, dir: disk.dir, clock: new DrivenClock(rig.clock.now().wall) });
    expect(again.rows('SELECT seq, value FROM arrival ORDER BY seq')).toEqual(before);
    for (const ts of sent) await again.values('gateway', cold, ts);
    for (const ts of sent) expect(storedAt(again, ts)).toBe(1);
  },
);

test('while another connection holds the ledger nothing is lost, and all is acknowledged afterwards', async () => {
  const dir = temporaryFolder();
  const holder: { db?: DatabaseSync } = {};
  let failures = 0;
  const { rig, told } = await startOn({
    dir,
    onFailure() {
      failures += 1;
      holder.db?.close();
      delete holder.db;
    },
  });
  holder.db = new DatabaseSync(join(dir, 'ledger.db'));
  holder.db.exec('BEGIN IMMEDIATE');
  const ts = rig.clock.now().wall;
  const sent = [1, 2, 3].map((at) => ts + at);
  await Promise.all(sent.map((at) => rig.values('gateway', cold, at)));
  expect(failures).toBe(1);
  expect(told).toEqual([]);
  for (const at of sent) expect(storedAt(rig, at)).toBe(1);
});

test('a ledger with destroyed pages ends the start with a sentence that says what to do', async () => {
  const dir = temporaryFolder();
  const { rig } = await startOn({ dir });
  await rig.close();
  const file = join(dir, 'ledger.db');
  const rest = statSync(file).size - 4_096;
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(rest, 0xa5), 0, rest, 4_096);
  closeSync(fd);
  const again = startRig({ registry: SITE, dir });
  await expect(again).rejects.toMatchObject({ name: 'DamagedFile', file });
  await expect(again).rejects.toThrow(/^[^\n]*ledger\.db is damaged[^\n]*restore the newest backup\.$/);
});
