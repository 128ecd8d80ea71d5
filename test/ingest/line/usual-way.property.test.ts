import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AreaMode, SiteRegistry } from '../../../contract/registry.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE } from './site.ts';

const HOUR = 3_600_000;

/** The gateway has a probe in another area too, and a battery. */
const REGISTRY: SiteRegistry = {
  ...SITE,
  points: [...SITE.points, { id: 'tub', area: 'dorm', name: { zh: '浴池', en: 'Tub' }, role: 'pool' }],
  bindings: [
    ...SITE.bindings,
    { device: 'gateway', metric: 'water_temperature.tub', point: 'tub', interval: 10 },
    { device: 'gateway', metric: 'battery', point: 'fan', interval: 10 },
  ],
};

const water = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 0, max: 14 }).map((step) => 41 + step / 10) },
  { weight: 1, arbitrary: fc.constantFrom(38, 49.5, 52, 0, 85, -127, 30) },
);
/** One of the first, and now and then one of the others. */
const mostly = (usual: number[], other: number[]) =>
  fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...other) });
const values = fc.record(
  {
    'water_temperature.pool': water,
    'water_temperature.tub': water,
    'water_temperature.outlet': water,
    room_temperature: mostly([26, 26.1, 26.2], [23, 0]),
    fan_running: mostly([1], [0, 7]),
    battery: mostly([80, 79, 78], [255]),
  },
  { requiredKeys: ['water_temperature.pool'] },
);
const step = fc.oneof(
  { weight: 30, arbitrary: fc.record({ values, ago: fc.constantFrom(0, 0, 0, 0, null, 300, 20_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      mode: fc.constantFrom<AreaMode[]>('filling', 'filling', 'drained', 'open'),
      area: fc.constantFrom('bath', 'dorm'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ seconds: fc.constantFrom(1, 45, 300) }) },
);

/** What is known in the end, however it came. */
async function outcome(rig: Rig) {
  await rig.pass(1);
  const { points, alarms, areas, devices } = rig.snapshot();
  const readings = points.flatMap(({ id, values }) =>
    values.map(({ metric }) =>
      rig.ingest.query.range('mine', id, { metric, from: 0, to: rig.clock.now().wall + HOUR }),
    ),
  );
  const told = (await Promise.all(readings)).map((answer) =>
    answer?.readings.map(({ t, v, q, reason }) => ({ t, v, q, reason })),
  );
  const { battery } = devices.find(({ id }) => id === 'gateway') ?? {};
  return { points, alarms, areas, battery, told };
}

test('a reading is taken for the same whether it comes alone or among others that are looked at one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), async (steps) => {
      const [alone, among] = [await startRig({ registry: REGISTRY }), await startRig({ registry: REGISTRY })];
      for (const one of steps) {
        for (const rig of [alone, among]) {
          if ('seconds' in one) await rig.pass(one.seconds);
          else if ('mode' in one) {
            const body = { mode: one.mode, reason: '换水', until: rig.clock.now().wall + HOUR };
            await rig.ingest.desk.modes.set({ site: 'mine', area: one.area, body, user: OPERATOR });
          } else {
            const dated = one.ago === null ? {} : { ts: rig.clock.now().wall - one.ago };
            const spare = { ...dated, values: { 'humidity.spare': 50 } };
            const sample = { ...dated, values: one.values };
            if (rig === alone) await Promise.all([rig.publish('gateway', sample), rig.publish('gateway', spare)]);
            else await rig.publish('gateway', [sample, spare]);
            await rig.pass(5);
          }
        }
        const [shown, expected] = [alone, among].map((rig) => rig.device('gateway').battery);
        expect(shown).toBe(expected);
      }
      expect(await outcome(alone)).toEqual(await outcome(among));
      await Promise.all([alone.close(), among.close()]);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});
