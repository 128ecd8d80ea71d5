import { expect, onTestFinished, test } from 'vitest';
import { tellHistory } from '../../app/demo-history.ts';
import { demoRounds } from '../../app/demo-rounds.ts';
import { DEMO_LEADER, DEMO_USER } from '../../app/demo-site.ts';
import { handoverClock } from '../../app/handover-clock.ts';
import { DEMO_SITE, demoLive, demoRegistry, demoShift } from '../../simulators/demo.ts';
import { loadCatalogue } from '../../ingest/standards/catalogue.ts';
import { startIngest } from '../../ingest/start.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { DrivenClock } from '../driven-clock.ts';
import { player } from '../simulators/play.ts';
import { memoryFolder } from '../simulators/memory-folder.ts';

const SEC = 1_000;
const DAY = 86_400 * SEC;

/** Tells the demo's last days through a real line; the machine's clock stands at 20:17 in Shanghai meanwhile. */
async function told({ days }: { days: number }) {
  const real = new DrivenClock(Date.UTC(2026, 10, 25, 12, 17));
  const today = real.now().wall;
  const shift = demoShift(today);
  const clock = handoverClock(real, today - days * DAY);
  const rings: number[] = [];
  clock.every(2 * SEC, () => void rings.push(clock.now().wall));
  const stores = await openStores({ dataDir: memoryFolder(), clock });
  await stores.ledger.commit({ at: clock.now().wall, registry: [demoRegistry(shift)] });
  const ingest = await startIngest({
    clock,
    log: { info() {}, warn() {}, error() {} },
    catalogue: loadCatalogue(),
    ledger: stores.ledger,
    reader: stores.reader,
    readings: stores.readings,
    influx: stores.influx,
    directory: stores.directory,
    retention: 30 * DAY,
    notify: { serverKey: stores.key, publicUrl: null, plainHttp: false },
  });
  onTestFinished(async () => {
    await ingest.close();
    await stores.close();
  });
  const handover = await tellHistory({
    ingest,
    clock,
    site: DEMO_SITE,
    seed: 1,
    shift,
    today: () => real.now().wall,
    until: new Promise(() => undefined),
    duty: DEMO_USER,
    rounds: demoRounds({
      book: stores.shiftRecords,
      registry: demoRegistry(shift),
      duty: DEMO_USER,
      leader: DEMO_LEADER,
    }),
  });
  if (handover === undefined) throw new Error('nobody stopped it');
  return { ingest, stores, clock, real, today, shift, rings, from: handover.from };
}

test('the day before the demo has walked the line when it begins, and time goes over without a step', async () => {
  const { ingest, stores, clock, real, today, shift, rings, from } = await told({ days: 1 });

  // A reading every other minute, with no hole up to the last minutes.
  const range = { metric: 'water_temperature', from: today - DAY, to: today + DAY, limit: 100_000 };
  const readings = (await ingest.query.range(DEMO_SITE, 'mens-pool', range))?.readings ?? [];
  const times = [today - DAY, ...readings.map(({ t }) => t), today];
  expect(Math.max(...times.slice(1).map((t, index) => t - (times[index] ?? 0)))).toBeLessThanOrEqual(120 * SEC);
  expect(readings.every(({ backfilled }) => !backfilled)).toBe(true);

  // Rows draw the last three hours without a hole too.
  const drawn = ingest.query.snapshot(DEMO_SITE)?.sparklines['mens-pool/water_temperature'] ?? [];
  expect(drawn.length).toBeGreaterThan(55);

  // Two faults of that day: each one alarm, acknowledged by the desk with what was found, and over.
  const alarms = (await ingest.query.alarmHistory(DEMO_SITE, { limit: 100 }))?.alarms ?? [];
  const over = alarms.filter(({ state }) => state === 'normal').map(({ rule, subject }) => `${rule} ${subject.id}`);
  expect(over.sort()).toEqual(['base.water womens-pool', 'point.sensor_fault mens-shower-3']);
  for (const { acknowledged } of alarms.filter(({ state }) => state === 'normal')) {
    expect(acknowledged?.by).toBe('demo');
    expect(acknowledged?.note).toMatch(/./);
  }

  // The men's pool is about to leave its band, and the devices that go on measure what it was.
  const last = readings.at(-1)?.v ?? NaN;
  expect(last).toBeGreaterThan(40);
  expect(last).toBeLessThan(40.1);
  const live = demoLive({ seed: 1, shift, from });
  const next = live.advance(today + 60 * SEC).flatMap((action) => {
    if (action.kind !== 'publish' || action.device !== 'mens-pool') return [];
    const { values } = JSON.parse(action.payload) as { values: { water_temperature: number } };
    return [values.water_temperature];
  });
  expect(next.length).toBeGreaterThan(8);
  expect(Math.abs((next[0] ?? NaN) - last)).toBeLessThan(0.05);
  expect(Math.min(...next)).toBeLessThan(40);

  // Timers that were set in told time go on in real time.
  expect(clock.now().wall).toBe(real.now().wall);
  const before = clock.now().mono;
  await real.run(10 * SEC);
  await ingest.drained();
  expect(clock.now().mono - before).toBe(10 * SEC);
  expect(rings.filter((wall) => wall > today)).toHaveLength(5);
  expect(ingest.query.snapshot(DEMO_SITE)?.devices.filter(({ presence }) => presence === 'offline')).toEqual([]);

  // Somebody went round in those days: shifts are recorded as they end, by the desk, and reviewed by another.
  const pools = demoRegistry(shift).points.filter(({ role }) => role === 'pool');
  const records = pools.flatMap(({ area }) =>
    stores.shiftRecords.list({ site: DEMO_SITE, area }, { from: '2026-11-24', to: '2026-11-25' }, DEMO_USER),
  );
  expect(records.length).toBeGreaterThanOrEqual(2);
  for (const { at, by } of records) {
    expect(at).toBeLessThanOrEqual(today);
    expect(at).toBeGreaterThanOrEqual(today - DAY);
    expect(by).toBe(DEMO_USER.post);
  }
  expect(records.flatMap(({ review }) => review?.by ?? [])).toContain(DEMO_LEADER.post);
});

test('whoever starts the demo sees an alarm within a minute, five faults in four minutes, and what is mended return', async () => {
  const { ingest, clock, real, shift, from } = await told({ days: 0 });
  const live = demoLive({ seed: 1, shift, from });
  const perform = player({
    publish: ({ device, leaf, payload }) =>
      void ingest.accept({
        topic: { site: DEMO_SITE, device, leaf },
        payload: Buffer.from(payload),
        received: clock.now(),
        ...{ qos: 1, retain: false, origin: 'publish' },
      }),
    connection: (change) => ingest.connection({ ...change, site: DEMO_SITE, at: clock.now() }),
  });
  /** Seconds of the story after which an alarm was first seen raised, and returned. */
  const seen: Record<string, { raised: number; returned?: number }> = {};
  for (let second = 1; second <= 240; second += 1) {
    real.advance(from.at + second * SEC - real.now().wall);
    live.advance(real.now().wall).forEach(perform);
    await ingest.drained();
    for (const { rule, subject, returnedAt } of ingest.query.snapshot(DEMO_SITE)?.alarms ?? []) {
      const alarm = (seen[`${rule} ${subject.id}`] ??= { raised: second });
      if (returnedAt !== null) alarm.returned ??= second;
    }
  }
  // The story, its devices' reports every few seconds, and the demo's short delays; the pool stays cold.
  const story: Record<string, { raised: [number, number]; returned?: [number, number] }> = {
    'door.forced lamp-door': { raised: [10, 12], returned: [200, 202] },
    'base.water mens-pool': { raised: [25, 60] },
    'base.scald womens-shower-2': { raised: [65, 80], returned: [130, 150] },
    'terminal.frozen terminal-3': { raised: [115, 150], returned: [230, 240] },
    'device.offline womens-climate': { raised: [185, 187] },
  };
  expect(Object.keys(seen).sort()).toEqual(Object.keys(story).sort());
  const within = (second: number | undefined, range: [number, number] | undefined) =>
    range === undefined ? second === undefined : second !== undefined && second >= range[0] && second <= range[1];
  for (const [alarm, { raised, returned }] of Object.entries(story)) {
    expect(within(seen[alarm]?.raised, raised), `${alarm} raised after ${seen[alarm]?.raised} s`).toBe(true);
    expect(within(seen[alarm]?.returned, returned), `${alarm} returned after ${seen[alarm]?.returned} s`).toBe(true);
  }
});
