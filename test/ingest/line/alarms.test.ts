import { expect, test } from 'vitest';
import { OPERATOR, startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.pool': 38.6 };
// A pool does not change by degrees in seconds; what comes out of a pipe does.
const coldShower = { ...WELL, 'water_temperature.outlet': 38.6 };

test('a cold pool alarms when its delay is over, by the clock and not by the next reading', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 170, every: 10 });
  expect(rig.value('pool').state).toBe('outside');
  expect(rig.alarms('base.water')).toEqual([]);
  await rig.report('gateway', cold, { seconds: 20, every: 10 });
  const [alarm] = rig.alarms('base.water');
  expect(alarm).toMatchObject({
    state: 'unacknowledged',
    side: 'low',
    value: 38.6,
    limit: 40,
    priority: 2,
    subject: { kind: 'point', id: 'pool' },
  });
  expect(alarm?.response.steps.length).toBeGreaterThan(1);
});

test('a value past the deadband for the whole off-delay returns the alarm; acknowledged, it is over', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', coldShower, { seconds: 200, every: 10 });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 40.2 }, { seconds: 120, every: 10 });
  expect(rig.alarms('base.water')[0]?.state).toBe('unacknowledged');
  await rig.report('gateway', WELL, { seconds: 70, every: 10 });
  const [returned] = rig.alarms('base.water');
  expect(returned).toMatchObject({ state: 'returned_unacknowledged', worst: 38.6 });
  const answer = await rig.ingest.desk.acknowledge({ alarm: returned?.id ?? 0, user: OPERATOR, note: 'steam valve' });
  expect(answer).toMatchObject({
    outcome: 'acknowledged',
    alarm: { state: 'normal', acknowledged: { by: 'duty', note: 'steam valve' } },
  });
  expect(rig.alarms('base.water')).toEqual([]);
});

test('whoever acknowledges second learns who was first, and nothing is booked twice', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 190, every: 10 });
  const id = rig.alarms('base.water')[0]?.id ?? 0;
  const second = { ...OPERATOR, username: 'shift', post: '班长' };
  const [one, other] = await Promise.all([
    rig.ingest.desk.acknowledge({ alarm: id, user: OPERATOR, note: null }),
    rig.ingest.desk.acknowledge({ alarm: id, user: second, note: null }),
  ]);
  expect(one).toMatchObject({ outcome: 'acknowledged' });
  expect(other).toMatchObject({ outcome: 'already', alarm: { acknowledged: { by: 'duty' } } });
  expect(rig.rows(`SELECT what FROM journal WHERE alarm = ${id} AND what = 'acknowledged'`)).toHaveLength(1);
  expect(await rig.ingest.desk.acknowledge({ alarm: 999_999, user: OPERATOR, note: null })).toEqual({
    refused: 'no_such_alarm',
  });
});

test('a mixing valve that fails hot is scalding within half a minute although its jump is suspect', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet': 56 });
  await rig.pass(10);
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 56.3 }, { seconds: 30, every: 10 });
  expect(rig.alarms('base.scald')).toMatchObject([{ priority: 1, subject: { id: 'shower' }, side: 'high' }]);
});

test('a suspect value alone neither starts nor clears an ordinary alarm', async () => {
  const rig = await startRig({ registry: SITE });
  const zero = { ...WELL, 'water_temperature.outlet': 0 };
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', zero, { seconds: 300, every: 10 });
  expect(rig.value('shower')).toMatchObject({ quality: 'suspect', reason: 'exact_zero' });
  expect(rig.alarms('base.water')).toEqual([]);
  await rig.report('gateway', coldShower, { seconds: 300, every: 10 });
  await rig.report('gateway', zero, { seconds: 300, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'unacknowledged' }]);
});

test('a room is judged in the heating season only, with the last day included', async () => {
  const rig = await startRig({ registry: { ...SITE, heatingSeason: { from: '11-15', to: '11-25' } } });
  const chilly = { ...WELL, room_temperature: 23 };
  await rig.report('gateway', chilly, { seconds: 610, every: 10 });
  expect(rig.alarms('base.bath_room')).toMatchObject([{ state: 'unacknowledged', value: 23, limit: 25 }]);
  // 12:10 local; midnight ends the season.
  rig.clock.advance(12 * 3_600_000);
  await rig.ingest.drained();
  await rig.report('gateway', chilly, { seconds: 30, every: 10 });
  expect(rig.alarms('base.bath_room')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  expect(rig.value('changing', 'room_temperature')).toMatchObject({ state: 'not_judged', band: { inForce: false } });
});

test('a fan that stands while the bath is open alarms; closed, it may stand', async () => {
  const closedAtFirst = { ...SITE, openingHours: [{ from: '12:05', to: '14:00' }] };
  const rig = await startRig({ registry: closedAtFirst });
  const stopped = { ...WELL, fan_running: 0 };
  await rig.report('gateway', stopped, { seconds: 280, every: 10 });
  expect(rig.value('fan', 'fan_running').state).toBe('not_judged');
  await rig.report('gateway', stopped, { seconds: 100, every: 10 });
  expect(rig.value('fan', 'fan_running').state).toBe('outside');
  await rig.report('gateway', stopped, { seconds: 600, every: 10 });
  expect(rig.alarms('base.exhaust_fan')).toHaveLength(1);
});

test('water that was too warm already is one alarm as soon as it scalds, by the clock and not by the next reading', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 49 }, { seconds: 200, every: 10 });
  expect(rig.alarms()).toMatchObject([{ rule: 'base.water', side: 'high', state: 'unacknowledged' }]);
  await rig.values('gateway', { ...WELL, 'water_temperature.outlet': 52 });
  await rig.pass(25_000);
  expect(rig.alarms('base.scald')).toMatchObject([{ state: 'unacknowledged' }]);
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('water that scalds is one alarm, not two; when it no longer scalds, too warm is judged again', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 51 }, { seconds: 400, every: 10 });
  expect(rig.alarms()).toMatchObject([{ rule: 'base.scald', state: 'unacknowledged' }]);
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 49 }, { seconds: 400, every: 10 });
  expect(rig.alarms()).toMatchObject([
    { rule: 'base.scald', state: 'returned_unacknowledged' },
    { rule: 'base.water', side: 'high', state: 'unacknowledged' },
  ]);
});
