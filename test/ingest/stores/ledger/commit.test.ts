import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger, openLedgerReader } from '../../../../ingest/stores/ledger/index.ts';
import { CommitFailed, LedgerConflict, type LedgerBatch } from '../../../../ingest/stores/ledger/types.ts';
import type { Arrival } from '../../../../ingest/stores/arrival.ts';
import { rowsOf } from '../../../arrival-log.ts';
import { alarm, arrival, machine, registry, START, temporaryFolder } from '../fixtures/rows.ts';
import { packArrivals } from '../../../../ingest/stores/packed.ts';

async function ledgerIn(folder: string, script?: URL) {
  const file = join(folder, 'ledger.db');
  const ledger = await openLedger(script === undefined ? { file } : { file, script });
  onTestFinished(() => ledger.close());
  /** Reads the file by itself, with nothing of ours in between. */
  const rows = (sql: string) => {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return rowsOf(db, sql).map((row) => ({ ...row }));
    } finally {
      db.close();
    }
  };
  const reader = openLedgerReader({ file });
  onTestFinished(() => reader.close());
  return { file, ledger, reader, rows };
}

const ARRIVALS = [
  arrival(1),
  arrival(2, { value: -0.07, quality: 'suspect', reason: 'rate', backfilled: true, claimedTime: 1.7e18 }),
  arrival(3, { value: 5e-324, quality: 'bad', reason: 'cross_check', claimedTime: 0.5 }),
];

const everything: LedgerBatch = {
  at: START,
  series: [{ id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: 'water_temperature' }],
  arrivals: packArrivals(ARRIVALS),
  events: [
    {
      site: 'mine',
      device: 'gate1',
      id: '18014398509481985',
      detail: { kind: 'punch', result: 'ok', direction: 'in' },
      occurredAt: START,
      receivedAt: START + 5,
      late: false,
      claimedTime: null,
      contentHash: 'aa',
      conflict: false,
    },
  ],
  quarantine: [
    {
      site: 'mine',
      device: 'pool1',
      topic: 'fw/v1/mine/pool1/readings',
      receivedAt: START,
      scope: 'message',
      reason: { code: 'not_utf8', path: '$', detail: 'byte 3 is not UTF-8' },
      payload: new Uint8Array([1, 0, 255]),
      size: 3,
      keys: null,
    },
  ],
  alarms: [alarm(7, { acknowledged: { by: 'duty1', post: '后勤值班', at: START, note: null } })],
  machines: [machine('base.water|low|point|pool', 7)],
  devices: [{ site: 'mine', device: 'pool1', state: { since: START, nested: [1, null] } }],
  journal: [{ site: 'mine', alarm: 7, at: START, what: 'raised', value: 39.8, by: null, account: null, note: null }],
  notifications: [{ site: 'mine', alarm: 7, what: 'raised', at: START }],
  systemEvents: [{ at: START, site: null, kind: 'started', actor: null, detail: { downMs: 0 } }],
  registry: [registry('mine')],
  modes: [
    {
      ...{ site: 'mine', area: 'bath', mode: 'drained', reason: "换泵's", since: START - 1, until: START + 60_000 },
      ...{ account: 'duty1', post: '后勤值班', ended: { at: START, by: 'duty2', post: '班长' } },
    },
  ],
};

test('what a commit carries is in the file when it resolves, and reads back as it was', async () => {
  const { ledger, reader, rows } = await ledgerIn(temporaryFolder());
  await ledger.commit(everything);

  expect(rows('SELECT * FROM arrival ORDER BY seq')).toEqual([
    {
      seq: 1,
      series: 1,
      source_time: START + 10_000,
      value: 42.3,
      quality: 0,
      reason: 0,
      backfilled: 0,
      received_at: START + 10_040,
      claimed_time: null,
    },
    {
      seq: 2,
      series: 1,
      source_time: START + 20_000,
      value: -0.07,
      quality: 1,
      reason: 5,
      backfilled: 1,
      received_at: START + 20_040,
      claimed_time: 1.7e18,
    },
    {
      seq: 3,
      series: 1,
      source_time: START + 30_000,
      value: 5e-324,
      quality: 2,
      reason: 8,
      backfilled: 0,
      received_at: START + 30_040,
      claimed_time: 0.5,
    },
  ]);
  expect(rows('SELECT site, alarm, what, at FROM notification')).toEqual([
    { site: 'mine', alarm: 7, what: 'raised', at: START },
  ]);
  expect(rows('SELECT kind, detail FROM system_event')).toEqual([{ kind: 'started', detail: '{"downMs":0}' }]);

  expect(reader.load()).toEqual({
    lastCommitAt: START,
    registries: everything.registry,
    registryRevision: 1,
    series: everything.series,
    nextSeriesId: 2,
    nextArrivalSeq: 4,
    nextAlarmId: 8,
    arrivals: ARRIVALS,
    machines: everything.machines,
    alarms: everything.alarms,
    devices: everything.devices,
    modes: everything.modes,
  });
  expect(reader.modeRevision()).toBe(1);
  expect(reader.areaModes('mine', { from: START - 1, to: START })).toEqual(everything.modes);
  expect(reader.areaModes('mine', { from: START, to: START + 60_000 })).toEqual([]);
  expect(reader.eventHashes('mine', 'gate1', '18014398509481985')).toEqual(['aa']);
  expect(reader.punches('mine', 'gate1', START)).toBe(1);
  expect(reader.punches('mine', 'gate1', START + 1)).toBe(0);
  expect(reader.journalOf(7)).toEqual(everything.journal);
  expect(reader.alarm(7)).toEqual(everything.alarms?.[0]);
  expect(reader.quarantined('mine', 10)).toEqual([{ ...everything.quarantine?.[0], id: 1 }]);
});

test('a batch with one row that cannot be stored leaves nothing behind, and says that repeating cannot help', async () => {
  const { ledger, reader } = await ledgerIn(temporaryFolder());
  const before = reader.load();
  const bad = { ...everything, arrivals: packArrivals([arrival(1), arrival(2, { sourceTime: START + 0.5 })]) };
  await expect(ledger.commit(bad)).rejects.toMatchObject({ name: 'CommitFailed', transient: false });
  const twice = { at: START, arrivals: packArrivals([arrival(1), arrival(1)]) };
  await expect(ledger.commit(twice)).rejects.toMatchObject({ transient: false });
  for (const odd of [{ value: NaN }, { value: Infinity }, { series: 2 ** 32 }, { receivedAt: NaN }])
    await expect(ledger.commit({ at: START, arrivals: packArrivals([arrival(1, odd)]) })).rejects.toMatchObject({
      transient: false,
    });
  const nobody = { ...registry('mine'), timezone: '' };
  await expect(ledger.commit({ ...everything, registry: [nobody] })).rejects.toThrow(/timezone/);
  expect(reader.load()).toEqual(before);
  await ledger.commit(everything);
  expect(reader.load().arrivals).toHaveLength(3);
  for (const again of [[arrival(2)], [arrival(3), arrival(4)]])
    await expect(ledger.commit({ at: START, arrivals: packArrivals(again) })).rejects.toMatchObject({
      transient: false,
    });
  expect(reader.load().arrivals).toHaveLength(3);
});

test('any reading reads back as it was, through jumps of the clock, from a run of any length', async () => {
  const { ledger, reader, rows } = await ledgerIn(temporaryFolder());
  const ms = fc.oneof(fc.integer({ min: START, max: START + 60_000 }), fc.integer({ min: 0, max: 4e12 }));
  const some = fc.record({
    series: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    ...{ sourceTime: ms, receivedAt: ms, backfilled: fc.boolean() },
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    quality: fc.constantFrom('good', 'suspect', 'bad'),
    reason: fc.constantFrom(null, 'sentinel', 'cross_check'),
    claimedTime: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    /** How many numbers are left out before it. */
    gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 3 })),
  });
  let seq = 0;
  const sent: Arrival[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 40 }), async (readings) => {
      const arrivals = readings.map(({ gap, ...reading }) => ({ ...reading, seq: (seq += gap + 1) }));
      await ledger.commit({ at: START, arrivals: packArrivals(arrivals) });
      sent.push(...arrivals);
    }),
    { numRuns: 50 },
  );
  expect(reader.load().arrivals).toEqual(sent);
  const row = rows('SELECT seq, series, source_time, value, received_at, claimed_time, backfilled FROM arrival');
  expect(row.map((one) => Object.values(one))).toEqual(
    sent.map((one) => [
      ...[one.seq, one.series, one.sourceTime, one.value, one.receivedAt, one.claimedTime, Number(one.backfilled)],
    ]),
  );
});

test('batches of every size are stored whole', async () => {
  const { ledger, rows } = await ledgerIn(temporaryFolder());
  let seq = 1;
  const sizes = [1, 2, 3, 2_000, 8_191, 8_192, 8_193, 20_001];
  for (const size of sizes) {
    const arrivals = Array.from({ length: size }, () => arrival(seq++));
    await ledger.commit({ at: START, arrivals: packArrivals(arrivals) });
  }
  expect(rows('SELECT count(*) AS n, max(seq) AS last, count(DISTINCT source_time) AS times FROM arrival')).toEqual([
    { n: seq - 1, last: seq - 1, times: seq - 1 },
  ]);
});

test('numbers of arrivals, series and alarms are never handed out again, also when their rows are gone', async () => {
  const folder = temporaryFolder();
  const { ledger, reader } = await ledgerIn(folder);
  await ledger.commit(everything);
  await ledger.commit({
    at: START - 1,
    arrivals: packArrivals(Array.from({ length: 12_000 }, (_, index) => arrival(index + 10))),
  });
  await ledger.trim(12_000);
  expect(reader.load().arrivals.map(({ seq }) => seq)).toEqual([
    12_001, 12_002, 12_003, 12_004, 12_005, 12_006, 12_007, 12_008, 12_009,
  ]);
  await ledger.trim(20_000);
  expect(reader.load()).toMatchObject({
    arrivals: [],
    nextArrivalSeq: 12_010,
    nextAlarmId: 8,
    nextSeriesId: 2,
    lastCommitAt: START,
  });

  const again = await ledgerIn(folder);
  expect(again.reader.load()).toEqual(reader.load());
});

test('an event that comes again with the same content is kept once, with other content beside the first', async () => {
  const { ledger, reader } = await ledgerIn(temporaryFolder());
  const [event] = everything.events ?? [];
  if (event === undefined) throw new Error('no event');
  await ledger.commit({ at: START, events: [event, event] });
  await ledger.commit({ at: START, events: [event, { ...event, contentHash: 'bb', conflict: true }] });
  expect(reader.eventHashes('mine', 'gate1', event.id)).toEqual(['aa', 'bb']);
  expect(reader.punches('mine', 'gate1', 0)).toBe(2);
});

test('one condition has one open alarm: a second one is refused until the first is closed', async () => {
  const { ledger, reader } = await ledgerIn(temporaryFolder());
  await ledger.commit({ at: START, alarms: [alarm(1)] });
  await expect(ledger.commit({ at: START, alarms: [alarm(2)] })).rejects.toBeInstanceOf(CommitFailed);
  await ledger.commit({ at: START, alarms: [alarm(2), alarm(1, { returnedAt: START, closedAt: START })] });
  expect(reader.load().alarms.map(({ id }) => id)).toEqual([2]);
  expect(reader.alarmsOf('mine', { limit: 10 }).map(({ id }) => id)).toEqual([2, 1]);
  expect(reader.alarmsOf('mine', { limit: 10, before: 2 }).map(({ id }) => id)).toEqual([1]);
});

test('what another process writes to the registry is seen, and each write counts', async () => {
  const folder = temporaryFolder();
  const { ledger, reader } = await ledgerIn(folder);
  const other = await ledgerIn(folder);
  await ledger.commit({ at: START, registry: [registry('mine')] });
  await Promise.all([
    ledger.commit({ at: START, registry: [registry('second')] }),
    other.ledger.commit({ at: START, registry: [registry('third'), registry('mine')] }),
    ledger.commit({ at: START, arrivals: packArrivals([arrival(1)]) }),
    other.ledger.commit({ at: START, devices: [{ site: 'mine', device: 'pool1', state: 1 }] }),
  ]);
  expect(reader.registryRevision()).toBe(4);
  expect(reader.registries().map(({ site }) => site)).toEqual(['mine', 'second', 'third']);
});

test('while another process holds the file, a commit fails as one that may pass, and passes later', async () => {
  const { file, ledger, reader } = await ledgerIn(temporaryFolder());
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const failure = await ledger.commit(everything).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'CommitFailed', transient: true, sqliteCode: 5 });
  other.exec('ROLLBACK');
  await ledger.commit(everything);
  expect(reader.load().arrivals).toHaveLength(3);
});

test('a thread that dies after its transaction rejects, and the identical batch is not stored twice', async () => {
  const { ledger, rows } = await ledgerIn(
    temporaryFolder(),
    new URL('../fixtures/dying-writer.worker.ts', import.meta.url),
  );
  await ledger.commit({ at: START, arrivals: packArrivals([arrival(1)]) });
  const notice = { at: START, site: null, actor: null, detail: {} };
  const batch: LedgerBatch = {
    at: START,
    arrivals: packArrivals([arrival(2)]),
    systemEvents: [{ ...notice, kind: 'die_after' }],
  };
  const behind: LedgerBatch = { at: START, systemEvents: [{ ...notice, kind: 'behind' }] };
  const lost = await Promise.allSettled([ledger.commit(batch), ledger.commit(behind)]);
  for (const outcome of lost)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { transient: true, sqliteCode: null } });
  await ledger.commit(behind);
  await ledger.commit(batch);
  expect(rows('SELECT seq FROM arrival')).toEqual([{ seq: 1 }, { seq: 2 }]);
  expect(rows('SELECT kind FROM system_event ORDER BY id')).toEqual([{ kind: 'die_after' }, { kind: 'behind' }]);
});

test('of a batch whose thread died it can be told afterwards whether it is in the file', async () => {
  const { ledger, rows } = await ledgerIn(
    temporaryFolder(),
    new URL('../fixtures/dying-writer.worker.ts', import.meta.url),
  );
  const notice = { at: START, site: null, actor: null, detail: {} };
  const after: LedgerBatch = { at: START, systemEvents: [{ ...notice, kind: 'die_after' }] };
  const before: LedgerBatch = { at: START, systemEvents: [{ ...notice, kind: 'die_before' }] };
  await expect(ledger.commit(before)).rejects.toMatchObject({ transient: true });
  expect(await ledger.committed(before)).toBe(false);
  await expect(ledger.commit(after)).rejects.toMatchObject({ transient: true });
  expect(await ledger.committed(after)).toBe(true);
  expect(rows('SELECT kind FROM system_event')).toEqual([{ kind: 'die_after' }]);
});

test('a thread that dies before its transaction rejects, and the identical batch is stored then', async () => {
  const { ledger, rows } = await ledgerIn(
    temporaryFolder(),
    new URL('../fixtures/dying-writer.worker.ts', import.meta.url),
  );
  await ledger.commit({ at: START, arrivals: packArrivals([arrival(1)]) });
  const event = { at: START, site: null, kind: 'die_before', actor: null, detail: {} };
  const batch: LedgerBatch = { at: START, arrivals: packArrivals([arrival(2)]), systemEvents: [event] };
  await expect(ledger.commit(batch)).rejects.toMatchObject({ transient: true });
  await ledger.commit({ at: START, arrivals: packArrivals([arrival(3)]) });
  await ledger.commit(batch);
  expect(rows('SELECT seq FROM arrival')).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
});

test('events, quarantine and sessions past their retention are forgotten, the others stay', async () => {
  const { ledger, reader } = await ledgerIn(temporaryFolder());
  const [event] = everything.events ?? [];
  const [entry] = everything.quarantine ?? [];
  if (event === undefined || entry === undefined) throw new Error('no rows');
  const events = Array.from({ length: 5_005 }, (_, index) => ({ ...event, id: `old${index}`, receivedAt: START - 1 }));
  await ledger.commit({
    at: START,
    events: [event, ...events],
    quarantine: [entry, { ...entry, receivedAt: START - 1 }],
  });
  await ledger.expire({ events: START, quarantine: START, sessions: START, ended: START, diary: START });
  expect(reader.punches('mine', 'gate1', 0)).toBe(1);
  expect(reader.quarantined('mine', 10).map(({ receivedAt }) => receivedAt)).toEqual([START]);
});

test('a link works once, also when two use it at the same moment from two processes', async () => {
  const folder = temporaryFolder();
  const one = await ledgerIn(folder);
  const two = await ledgerIn(folder);
  const user = {
    op: 'user.create',
    post: '后勤值班',
    role: 'operator',
    passwordHash: '$argon2id$',
    at: START,
  } as const;
  await one.ledger.commit({
    at: START,
    accounts: [
      { op: 'link.create', tokenHash: 'ab', purpose: 'sign_in', username: null, at: START, expiresAt: START + 1_000 },
    ],
  });
  const use = { op: 'link.use', tokenHash: 'ab', at: START + 1 } as const;
  const results = await Promise.allSettled([
    one.ledger.commit({ at: START, accounts: [{ ...user, username: 'one' }, use] }),
    two.ledger.commit({ at: START, accounts: [{ ...user, username: 'two' }, use] }),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [failure] = results.filter((result) => result.status === 'rejected');
  expect(failure?.reason).toBeInstanceOf(LedgerConflict);
  expect(failure?.reason).toMatchObject({ code: 'link_used' });
  expect(one.reader.users()).toHaveLength(1);
  for (const tokenHash of ['ab', 'unknown']) {
    await expect(one.ledger.commit({ at: START, accounts: [{ ...use, tokenHash }] })).rejects.toMatchObject({
      code: 'link_used',
    });
  }
});
