import { describe, expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig, type Rig } from './rig.ts';
import { SITE } from './site.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const EVERY = 10 * SECOND;
const START = Date.UTC(2026, 10, 25, 4);

/** What a device claims at a true time (ms epoch). */
type Claim = (truth: number) => number | undefined;

const CLAIMS = {
  right: (truth) => truth,
  undated: () => undefined,
  slow: (truth) => truth - 3 * HOUR,
  fault: (truth) => truth + 8 * HOUR,
} as const satisfies Record<string, Claim>;
type Kind = keyof typeof CLAIMS;
const KINDS = ['right', 'undated', 'slow', 'fault'] as const;

/** A shower for each device. */
function showers(kinds: readonly Kind[]): SiteRegistry {
  const name = (text: string) => ({ zh: text, en: text });
  const metric = 'water_temperature';
  return {
    ...SITE,
    points: kinds.map((id) => ({ id, area: 'bath', name: name(id), role: 'shower_outlet' as const })),
    devices: kinds.map((id) => ({ id, name: name(id) })),
    bindings: kinds.map((id) => ({ device: id, metric, point: id, interval: EVERY / SECOND })),
  };
}

interface Going {
  readonly value?: number;
  readonly claims?: Partial<Record<Kind, Claim>>;
  /** They are called wrong, besides those who are. */
  readonly mayBeBlamed?: readonly Kind[];
  /** Something has still to be learned. */
  readonly blind?: boolean;
}

interface Walk {
  readonly rig: Rig;
  truth(): number;
  /** Devices report while time passes; each time nothing is blind, and nobody is blamed who is right. */
  go(minutes: number, options?: Going): Promise<void>;
  /** The machine sleeps; only its wall clock shows it. */
  standStill(ms: number): void;
  /** On the same data after another start. */
  restart(wallAhead: number): Promise<Walk>;
}

function walk(rig: Rig, kinds: readonly Kind[], from = START): Walk {
  let truth = from;
  return {
    rig,
    truth: () => truth,
    standStill(ms) {
      truth += ms;
      rig.clock.stepWall(ms);
    },
    async go(minutes, { value = 41.5, claims = {}, mayBeBlamed = [], blind = false } = {}) {
      const wrong: readonly string[] = ['slow', 'fault', ...mayBeBlamed];
      for (const end = truth + minutes * MINUTE; truth < end; truth += EVERY) {
        const report = (kind: Kind) =>
          rig.values(kind, { water_temperature: value }, (claims[kind] ?? CLAIMS[kind])(truth));
        await Promise.all(kinds.map(report));
        if (!blind) {
          const states = kinds.map((kind) => `${kind} ${rig.value(kind).state} ${rig.value(kind).value}`);
          expect(states).toEqual(kinds.map((kind) => `${kind} ${value < 40 ? 'outside' : 'inside'} ${value}`));
        }
        rig.clock.advance(EVERY);
        await rig.ingest.drained();
        if (blind) continue;
        const rules = rig.alarms().map(({ rule, subject }) => `${rule} ${subject.id}`);
        expect(rules.filter((rule) => !/^(system.clock|base.water|device.clock)/.test(rule))).toEqual([]);
        expect(blamed(rig).filter((id) => !wrong.includes(id))).toEqual([]);
      }
    },
    async restart(wallAhead) {
      const after = await rig.restart({ downMs: 0, wall: truth + wallAhead });
      return walk(after, kinds, truth);
    },
  };
}

async function begin(kinds: readonly Kind[], ahead = 0): Promise<Walk> {
  return walk(await startRig({ registry: showers(kinds), clock: new DrivenClock(START + ahead) }), kinds);
}

const clockAlarm = ({ rig }: Walk) => rig.alarms('system.clock').map(({ state }) => state);

/** Devices that are said to have a wrong clock. */
const blamed = (rig: Rig) =>
  rig
    .alarms('device.clock')
    .filter(({ state }) => state === 'unacknowledged')
    .map(({ subject }) => subject.id)
    .sort();

/** Times at which the readings of a point are stored. */
async function stored({ rig }: Walk, point: Kind): Promise<number[]> {
  const query = { metric: 'water_temperature', from: START - 48 * HOUR, to: START + 48 * HOUR };
  return (await rig.ingest.query.range('mine', point, query))?.readings.map(({ t }) => t) ?? [];
}

const truths = (count: number) => Array.from({ length: count }, (_, n) => START + n * EVERY);

test.each([
  ['an hour ahead', HOUR, 12],
  ['a day ahead', 24 * HOUR, 3],
  ['eight hours ahead, as a wrong zone does', 8 * HOUR, 3],
  ['an hour back', -HOUR, 12],
  ['a day back', -24 * HOUR, 3],
])(
  'our clock set %s and right again: all is judged at its own times, and it is our clock that is said to be wrong',
  async (_, step, away) => {
    const site = await begin(KINDS);
    await site.go(1, { blind: true });
    site.rig.clock.stepWall(step);
    await site.go(1);
    expect(clockAlarm(site)).toEqual(['unacknowledged']);
    await site.go(1, { value: 38 });
    await site.go(away);
    site.rig.clock.stepWall(-step);
    await site.go(2);
    const count = (5 + away) * 6;
    expect(clockAlarm(site)).toEqual(['returned_unacknowledged']);
    expect(blamed(site.rig)).toEqual(['fault', 'slow']);
    expect(site.rig.device('right')).toMatchObject({ clockWrong: false, clockOffset: 0 });
    for (const kind of ['right', 'undated'] as const) expect(await stored(site, kind)).toEqual(truths(count));
    for (const kind of ['slow', 'fault'] as const)
      expect((await stored(site, kind)).slice(6 - count)).toEqual(truths(count).slice(6));
    const readings = site.rig.rows('SELECT received_at, claimed_time FROM arrival WHERE series = 1');
    expect(readings.map((row) => row['received_at'])).toEqual(truths(count));
    expect(new Set(readings.map((row) => row['claimed_time']))).toEqual(new Set([null]));
    expect(site.rig.rows("SELECT kind FROM system_event WHERE kind = 'clock_step'")).toHaveLength(2);
  },
);

test.each([
  ['ahead', 24 * HOUR],
  ['back', -HOUR],
])('a start while our clock is wrong %s is no reason to believe it, nor to tell anybody again', async (_, step) => {
  const before = await begin(KINDS);
  await before.go(1, { blind: true });
  before.rig.clock.stepWall(step);
  await before.go(1);
  const site = await before.restart(step);
  await site.go(2);
  expect(clockAlarm(site)).toEqual(['unacknowledged']);
  expect(site.rig.alarms('system.clock')[0]?.detail).toBe(step > 0 ? '+24:00:00' : '-01:00:00');
  for (const kind of ['right', 'undated'] as const)
    expect((await stored(site, kind)).slice(-11)).toEqual(truths(24).slice(-11));
  site.rig.clock.stepWall(-step);
  await site.go(1);
  expect([clockAlarm(site), blamed(site.rig)]).toEqual([['returned_unacknowledged'], ['fault', 'slow']]);
  const told = `SELECT what FROM notification JOIN alarm ON alarm.id = alarm WHERE rule = 'system.clock'`;
  expect(site.rig.rows(told)).toHaveLength(2);

  const again = await site.restart(0);
  await again.go(1);
  expect(clockAlarm(again)).toEqual(['returned_unacknowledged']);
});

test('three minutes are within what is live: our clock is followed, there and back, without a word', async () => {
  const site = await begin(KINDS);
  await site.go(1, { blind: true });
  // No whole interval: what is dated by our clock must not fall on times that it gave before.
  const about = 3 * MINUTE + 1_234;
  for (const step of [about, -about]) {
    site.rig.clock.stepWall(step);
    await site.go(4);
    expect(clockAlarm(site)).toEqual([]);
  }
  expect(blamed(site.rig)).toEqual(['fault', 'slow']);
});

describe('where no device can tell', () => {
  const alone: readonly (readonly [string, Kind])[] = [
    ['has no clock', 'undated'],
    ['is three hours slow', 'slow'],
    ['is eight hours fast', 'fault'],
  ];
  test.each(alone)(
    'as the only one %s, our clock is followed a day ahead and back, and nothing is blind',
    async (_, kind) => {
      const site = await begin([kind]);
      await site.go(1, { blind: true });
      site.rig.clock.stepWall(24 * HOUR);
      await site.go(12);
      expect((await stored(site, kind)).at(-1)).toBe(site.truth() - EVERY + 24 * HOUR);
      site.rig.clock.stepWall(-24 * HOUR);
      await site.go(4, { value: 38 });
      expect((await stored(site, kind)).filter((t) => t < site.truth()).at(-1)).toBe(site.truth() - EVERY);
      expect(site.rig.alarms('base.water')).toHaveLength(1);
      expect(clockAlarm(site)).toEqual([]);
      expect(site.rig.rows("SELECT detail FROM alarm WHERE rule = 'device.clock'")).toHaveLength(
        kind === 'undated' ? 0 : 1,
      );
    },
  );

  test.each(alone)(
    'as the only one %s, a day back is known by the newest commit, and nothing is blind',
    async (_, kind) => {
      const site = await begin([kind]);
      await site.go(1, { blind: true });
      site.rig.clock.stepWall(-24 * HOUR);
      await site.go(12);
      site.rig.clock.stepWall(24 * HOUR);
      await site.go(2, { value: 38 });
      expect(clockAlarm(site)).toEqual(['returned_unacknowledged']);
      expect((await stored(site, kind)).at(-1)).toBe(site.truth() - EVERY);
    },
  );
});

describe('a step of our clock that is right', () => {
  test('forward, as after a boot in the past: devices that were called wrong are right at once', async () => {
    const site = await begin(['right', 'undated'], -48 * HOUR);
    await site.go(2, { mayBeBlamed: ['right'] });
    expect(blamed(site.rig)).toEqual(['right']);
    site.rig.clock.stepWall(48 * HOUR);
    await site.go(1, { mayBeBlamed: ['right'] });
    expect(blamed(site.rig)).toEqual([]);
    expect(site.rig.device('right')).toMatchObject({ clockWrong: false, clockOffset: 0 });
    await site.go(2);
    expect(clockAlarm(site)).toEqual([]);
    for (const kind of ['right', 'undated'] as const)
      expect((await stored(site, kind)).slice(-12)).toEqual(truths(30).slice(-12));
  });

  test('back, as after a boot in the future: nothing waits for the commits of then, nor after another start', async () => {
    const site = await begin(['right', 'undated'], 24 * HOUR);
    await site.go(2, { blind: true });
    site.rig.clock.stepWall(-24 * HOUR);
    await site.go(3, { mayBeBlamed: ['right'] });
    expect([clockAlarm(site), blamed(site.rig)]).toEqual([[], []]);
    for (const kind of ['right', 'undated'] as const)
      expect((await stored(site, kind)).filter((t) => t < site.truth()).slice(-12)).toEqual(truths(30).slice(-12));

    const after = await site.restart(0);
    await after.go(3);
    expect([clockAlarm(after), blamed(after.rig)]).toEqual([[], []]);
    expect((await stored(after, 'undated')).filter((t) => t < after.truth()).slice(-12)).toEqual(truths(48).slice(-12));
  });

  test('a device that boots in 1970 with our machine does not make that the time', async () => {
    const before = await begin(['right', 'undated', 'fault']);
    await before.go(1, { claims: { fault: CLAIMS.right } });
    const downtime = HOUR;
    before.standStill(downtime);
    const site = await before.restart(-before.truth());
    const booted = site.truth();
    await site.go(2, { claims: { fault: (truth) => truth - booted } });
    expect(clockAlarm(site)).toEqual(['unacknowledged']);
    expect((await stored(site, 'right')).at(-1)).toBe(site.truth() - EVERY);
    expect((await stored(site, 'undated')).every((t) => t >= START)).toBe(true);
  });

  test('after a standstill that the monotonic clock did not see: devices have lived on, and nobody is wrong', async () => {
    const site = await begin(KINDS);
    await site.go(1, { blind: true });
    site.standStill(HOUR);
    await site.go(3);
    expect([clockAlarm(site), blamed(site.rig)]).toEqual([[], ['fault', 'slow']]);
    expect((await stored(site, 'right')).slice(-12)).toEqual(truths(12).map((t) => t + HOUR + 2 * MINUTE));
    expect((await stored(site, 'undated')).at(-1)).toBe(site.truth() - EVERY);
  });

  test('devices that are set after our clock make it right, and the last of them is not blind for it', async () => {
    const site = await begin(['right', 'slow', 'undated']);
    const synced: Partial<Record<Kind, Claim>> = { right: (truth) => truth + HOUR };
    await site.go(1, { claims: { slow: CLAIMS.right } });
    site.rig.clock.stepWall(HOUR);
    await site.go(2, { claims: { slow: CLAIMS.right } });
    expect(clockAlarm(site)).toEqual(['unacknowledged']);
    await site.go(11, { claims: { ...synced, slow: CLAIMS.right } });
    expect(clockAlarm(site)).toEqual(['unacknowledged']);
    await site.go(2, { claims: { right: (truth) => truth + HOUR, slow: (truth) => truth + HOUR } });
    expect(clockAlarm(site)).toEqual(['returned_unacknowledged']);
    expect(blamed(site.rig)).toEqual([]);
    expect((await stored(site, 'undated')).at(-1)).toBe(site.truth() - EVERY + HOUR);
  });
});
