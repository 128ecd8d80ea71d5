import fc from 'fast-check';
import { OPERATOR, type Rig } from './rig.ts';
import { SITE } from './site.ts';

/** Something that may happen to a site. */
export type Happening =
  | {
      readonly what: 'values';
      readonly device: string;
      readonly values: Record<string, number>;
      readonly ago: number | null;
    }
  | {
      readonly what: 'event';
      readonly device: string;
      readonly id: string;
      readonly detail: Record<string, unknown>;
      readonly ago: number | null;
    }
  | { readonly what: 'status'; readonly device: string; readonly text: string }
  | { readonly what: 'bytes'; readonly device: string; readonly leaf: 'readings' | 'events'; readonly bytes: string }
  | { readonly what: 'connect' | 'lost' | 'bye' | 'ours'; readonly device: string; readonly connection: number }
  | { readonly what: 'pass'; readonly seconds: number }
  | { readonly what: 'step'; readonly ms: number }
  | { readonly what: 'acknowledge' }
  | { readonly what: 'register'; readonly variant: number }
  | { readonly what: 'disk'; readonly full: boolean };

const device = fc.constantFrom('gateway', 'probe', 'clock', 'lock', 'stranger');
const value = fc.constantFrom(43, 41.5, 38, 39.9, 40.1, 48.2, 50, 56, 0, -127, 85, 26, 23, 1);
const key = fc.constantFrom(
  'water_temperature.pool',
  'water_temperature.outlet',
  'room_temperature',
  'fan_running',
  'queue_wait',
  'battery',
  'humidity.spare',
);
const ago = fc.option(fc.constantFrom(0, 1_000, 60_000, 400_000, 7_200_000, -60_000, -600_000, 86_400_000 * 900), {
  nil: null,
  freq: 2,
});
const detail = fc.constantFrom<Record<string, unknown>[]>(
  { kind: 'contact', open: true },
  { kind: 'contact', open: false },
  { kind: 'forced', active: true },
  { kind: 'forced', active: false },
  { kind: 'held_open', active: true },
  { kind: 'tamper', active: true },
  { kind: 'punch', result: 'ok' },
  { kind: 'punch', result: 'error' },
  { kind: 'lock', locked: true },
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('values' as const),
      device,
      values: fc.dictionary(key, value, { maxKeys: 4 }),
      ago,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('event' as const),
      device,
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      detail,
      ago,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('status' as const),
      device,
      text: fc.constantFrom('online', 'offline', 'on'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('bytes' as const),
      device,
      leaf: fc.constantFrom('readings' as const, 'events' as const),
      bytes: fc.string({ maxLength: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('connect' as const, 'lost' as const, 'bye' as const, 'ours' as const),
      device,
      connection: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ what: fc.constant('pass' as const), seconds: fc.constantFrom(1, 5, 31, 61, 185, 320) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('step' as const),
      ms: fc.constantFrom(-7_200_000, -3_000, 3_000, 7_200_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('acknowledge' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('register' as const), variant: fc.integer({ min: 0, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('disk' as const), full: fc.boolean() }) },
);

export const histories = fc.array(happening, { minLength: 5, maxLength: 40 });

const VARIANTS = [
  SITE,
  { ...SITE, overrides: [{ standard: 'base.water', low: 42, onDelay: 20 }] },
  { ...SITE, openingHours: [{ from: '12:02', to: '12:20' }] },
  {
    ...SITE,
    points: SITE.points.filter(({ id }) => id !== 'shower'),
    bindings: SITE.bindings.filter(({ point }) => point !== 'shower'),
  },
];

const ENDS = { lost: 'lost', bye: 'disconnect', ours: 'ours' } as const;

/** Lets it happen. Nothing is awaited that could wait for a commit which fails for now. */
export async function happen(
  rig: Rig,
  one: Happening,
  { disk, sent }: { disk: { full: boolean }; sent: (promise: Promise<unknown>) => void },
): Promise<void> {
  const now = rig.clock.now().wall;
  const ts = (back: number | null) => (back === null ? {} : { ts: now - back });
  switch (one.what) {
    case 'values':
      return sent(rig.publish(one.device, { ...ts(one.ago), values: one.values }));
    case 'event':
      return sent(rig.publish(one.device, { id: one.id, ...ts(one.ago), ...one.detail }, { leaf: 'events' }));
    case 'status':
      return sent(rig.publish(one.device, one.text, { leaf: 'status' }));
    case 'bytes':
      return sent(rig.publish(one.device, one.bytes, { leaf: one.leaf }));
    case 'connect':
      return rig.connect(one.device, one.connection);
    case 'lost':
    case 'bye':
    case 'ours':
      return rig.disconnect(one.device, one.connection, ENDS[one.what]);
    case 'pass':
      return rig.clock.run(one.seconds * 1_000);
    case 'step':
      return rig.clock.stepWall(one.ms);
    case 'acknowledge': {
      const alarm = rig.alarms()[0]?.id ?? 1;
      return sent(rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null }));
    }
    case 'register':
      return rig.stores.ledger.commit({ at: now, registry: [VARIANTS[one.variant] ?? SITE] });
    case 'disk':
      disk.full = one.full;
  }
}

/** Until everything that was enqueued is through, with a disk that works. */
export async function settle(rig: Rig, disk: { full: boolean }): Promise<void> {
  disk.full = false;
  let through = false;
  while (!through) {
    await rig.clock.run(1_000, 250);
    await Promise.race([
      rig.ingest.drained().then(() => (through = rig.snapshot().site.storing)),
      new Promise((resolve) => setTimeout(resolve, 5)),
    ]);
  }
  // A tick that finds one under way is left out: these two are not.
  await rig.pass(2);
}
