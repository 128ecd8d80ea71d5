import { expect, test } from 'vitest';
import type { BindBody } from '../../../contract/devices.ts';
import { OPERATOR as USER, startRig, type Rig } from './rig.ts';
import { breakable } from './breakable.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;
const name = { zh: '三号淋浴头', en: 'Shower 3' };
const create = { name, area: 'bath', role: 'shower_outlet' } as const;
const OUTLET3: BindBody = {
  device: 'gateway',
  metric: 'water_temperature.outlet3',
  point: { id: 'shower3', create },
  interval: 10,
  from: 'first',
};

const bind = (rig: Rig, body: BindBody) => rig.ingest.desk.devices.bind({ site: 'mine', body, user: USER });
const audits = (rig: Rig) =>
  rig
    .rows("SELECT actor, detail FROM system_event WHERE kind = 'registry.changed' ORDER BY id")
    .map(({ actor, detail }) => ({ actor, ...JSON.parse(String(detail)) }));

async function readings(rig: Rig, point: string, metric = 'water_temperature') {
  const now = rig.clock.now().wall;
  return (
    (await rig.ingest.query.range('mine', point, { metric, from: now - 100 * HOUR, to: now + HOUR }))?.readings ?? []
  );
}

test('a metric that nothing binds is listed with its value and figures of two hours', async () => {
  const rig = await startRig({ registry: SITE });
  const start = rig.clock.now().wall;
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 85 });
  for (const value of [40, 42, 41]) {
    await rig.pass(20);
    await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': value });
  }
  expect(rig.device('gateway').unbound).toEqual(['water_temperature.outlet3']);
  const list = await rig.ingest.query.devices.unbound('mine');
  expect(list?.metrics).toMatchObject([
    { device: 'gateway', metric: 'water_temperature.outlet3', value: 41, lastAt: start + 60_000, firstAt: start },
  ]);
  const [{ samples, ...figures } = { samples: [] }] = list?.metrics ?? [];
  expect(figures).toMatchObject({ count: 4, min: 40, max: 42, interval: 20 });
  expect(samples.at(-1)).toEqual([start + 60_000, 41]);
  expect(await rig.ingest.query.devices.unbound('nowhere')).toBeUndefined();
});

test('a preview names the limits and how the value stands to them, and changes nothing', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 38 });
  const { devices } = rig.ingest.query;
  expect(devices.preview('mine', OUTLET3)).toMatchObject({
    band: { low: 40, high: 48 },
    state: 'outside',
    replaces: null,
  });
  const onto = { ...OUTLET3, point: { id: 'shower' } };
  expect(devices.preview('mine', onto)).toMatchObject({
    replaces: { device: 'gateway', metric: 'water_temperature.outlet' },
  });
  expect(rig.snapshot().points.map(({ id }) => id)).not.toContain('shower3');
});

test('bound from its first reading, a metric brings its history and its value to a new point, judged from now on', async () => {
  const rig = await startRig({ registry: SITE });
  const cold = { ...WELL, 'water_temperature.outlet3': 38 };
  await rig.report('gateway', cold, { seconds: 300, every: 10 });
  expect(await bind(rig, OUTLET3)).toBe('bound');
  expect(await readings(rig, 'shower3')).toHaveLength(30);
  expect(rig.value('shower3')).toMatchObject({ value: 38, state: 'outside' });
  expect(rig.device('gateway').unbound).toEqual([]);
  // Five minutes that are past raise nothing; three more do.
  await rig.report('gateway', cold, { seconds: 170, every: 10 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', cold, { seconds: 30, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ subject: { id: 'shower3' } }]);
  expect(audits(rig)).toMatchObject([
    { actor: 'duty', device: 'gateway', point: 'shower3', created: true, copied: 30 },
  ]);
});

test('what was bound is there after a restart, and a second look at the registry does not undo it', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 41 });
  await bind(rig, OUTLET3);
  await rig.pass(3);
  expect(rig.snapshot().points.map(({ id }) => id)).toContain('shower3');
  const after = await rig.restart({ downMs: 1_000 });
  await after.values('gateway', { ...WELL, 'water_temperature.outlet3': 42 });
  expect(after.value('shower3')).toMatchObject({ value: 42, state: 'inside' });
  expect(await readings(after, 'shower3')).toHaveLength(2);
});

test('a sensor that is swapped keeps the history of its point, and the old one feeds it no more', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet3': 43 }, { seconds: 60, every: 10 });
  const at = rig.clock.now().wall;
  expect(await bind(rig, { ...OUTLET3, point: { id: 'shower' }, from: 'now' })).toBe('bound');
  await rig.pass(1);
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 44 });
  const kept = await readings(rig, 'shower');
  expect(kept).toHaveLength(7);
  expect(kept.at(0)).toMatchObject({ v: 41.5 });
  expect(kept.at(-1)).toMatchObject({ v: 44 });
  expect(rig.value('shower')).toMatchObject({ value: 44 });
  const { bindings } = rig.ingest.query.registry('mine') ?? { bindings: [] };
  const moment = new Date(at).toISOString();
  expect(bindings.filter(({ point }) => point === 'shower')).toMatchObject([
    { metric: 'water_temperature.outlet', until: moment },
    { metric: 'water_temperature.outlet3', since: moment },
  ]);
  expect(rig.device('gateway').unbound).toEqual(['water_temperature.outlet']);
});

test("a new sensor's first readings go to the point from where the old one ended, none of them twice", async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  const { 'water_temperature.outlet': _, ...rest } = WELL;
  await rig.report('gateway', { ...rest, 'water_temperature.outlet3': 44 }, { seconds: 60, every: 10 });
  const first = rig.clock.now().wall - 60_000;
  expect(await bind(rig, { ...OUTLET3, point: { id: 'shower' } })).toBe('bound');
  expect(audits(rig)).toMatchObject([{ copied: 6, since: new Date(first).toISOString() }]);
  const kept = await readings(rig, 'shower');
  expect(kept.map(({ v }) => v)).toEqual([...Array<number>(6).fill(41.5), ...Array<number>(6).fill(44)]);
  expect(new Set(kept.map(({ t }) => t)).size).toBe(12);
});

test('a binding that cannot be made is refused by its field, and nothing changes', async () => {
  const rig = await startRig({ registry: SITE });
  const refusals: [field: string, change: Partial<BindBody>][] = [
    ['device', { device: 'none' }],
    ['metric', { metric: 'constructor' }],
    // Events are none.
    ['metric', { metric: 'events' }],
    // Feeds the pool already.
    ['metric', { metric: 'water_temperature.pool' }],
    ['point.id', { point: { id: 'none' } }],
    ['point.id', { point: { id: 'pool', create } }],
    ['point.create.area', { point: { id: 'shower3', create: { ...create, area: 'none' } } }],
  ];
  const before = rig.rows('SELECT revision FROM registry');
  for (const [field, change] of refusals)
    expect(await bind(rig, { ...OUTLET3, ...change }), JSON.stringify(change)).toMatchObject({ fields: [{ field }] });
  expect(rig.rows('SELECT revision FROM registry')).toEqual(before);
  expect(audits(rig)).toEqual([]);
});

test('an import by another process is neither lost nor undone by a binding of the same moment', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 41 });
  const theirs = { ...SITE, areas: [...SITE.areas, { id: 'sauna', name }] };
  await rig.stores.ledger.commit({ at: rig.clock.now().wall, registry: [theirs] });
  // Before any tick has seen it.
  const point = { id: 'shower3', create: { ...create, area: 'sauna' } };
  expect(await bind(rig, { ...OUTLET3, point })).toBe('bound');
  await rig.pass(2);
  expect(rig.snapshot().areas.map(({ id }) => id)).toContain('sauna');
  expect(rig.snapshot().points.map(({ id }) => id)).toContain('shower3');
});

test('an import that comes between the reading of the registry and its commit is taken along', async () => {
  const theirs = { ...SITE, areas: [...SITE.areas, { id: 'sauna', name }] };
  let between = true;
  const rig = await startRig({
    registry: SITE,
    ledger: (real) => ({
      ...real,
      async commit(batch) {
        if (between && (batch.registryChanges?.length ?? 0) > 0) {
          between = false;
          await real.commit({ at: batch.at, registry: [theirs] });
        }
        await real.commit(batch);
      },
    }),
  });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 41 });
  expect(await bind(rig, OUTLET3)).toBe('bound');
  await rig.pass(2);
  expect(between).toBe(false);
  expect(rig.snapshot().areas.map(({ id }) => id)).toContain('sauna');
  expect(rig.snapshot().points.map(({ id }) => id)).toContain('shower3');
  expect(audits(rig)).toHaveLength(1);
});

test('two bindings of one moment are both made', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 41, 'water_temperature.outlet4': 42 });
  const second = { ...OUTLET3, metric: 'water_temperature.outlet4', point: { id: 'shower4', create } };
  expect(await Promise.all([bind(rig, OUTLET3), bind(rig, second)])).toEqual(['bound', 'bound']);
  await rig.pass(2);
  const ids = rig.snapshot().points.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['shower3', 'shower4']));
  expect(audits(rig)).toHaveLength(2);
});

test('while nothing can be stored a binding is refused, and it is not shown as made', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet3': 41 });
  disk.full = true;
  // From now on: nothing has to be read before it walks the line.
  const answer = bind(rig, { ...OUTLET3, from: 'now' });
  await rig.clock.run(7_000, 250);
  expect(await answer).toEqual({ refused: 'not_storing' });
  disk.full = false;
  await rig.pass(5);
  expect(rig.snapshot().points.map(({ id }) => id)).not.toContain('shower3');
  expect(audits(rig)).toEqual([]);
});
