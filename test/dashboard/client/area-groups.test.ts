import { expect, test } from 'vitest';
import type { SiteDelta } from '../../../contract/live.ts';
import { sortAlarms } from '../../../dashboard/client/alarms/order.ts';
import { type AreaGroup, areaGroups } from '../../../dashboard/client/live/area-groups.ts';
import { applyDelta, fromSnapshot, type SiteState } from '../../../dashboard/client/live/state.ts';
import { NOW, sampleAlarms, SITE } from './sample-alarms.ts';
import { sampleSnapshot, value } from './sample-site.ts';

const start = fromSnapshot(sampleSnapshot());
const grouped = (state: SiteState, before?: readonly AreaGroup[]) =>
  areaGroups(state, sortAlarms(state.alarms.values()), before);

function after(state: SiteState, change: Partial<SiteDelta>): SiteState {
  const result = applyDelta(state, { epoch: state.epoch, site: SITE, seq: state.seq + 1, at: NOW, ...change });
  if (result.verdict !== 'applied') throw new Error(`the delta was not applied: ${result.verdict}`);
  return result.state;
}
/** The areas of which something else is shown than before. */
function changed(before: readonly AreaGroup[], now: readonly AreaGroup[]): string[] {
  return now.filter((group) => !before.includes(group)).map(({ area }) => area.id);
}
function one<Key, T>(all: ReadonlyMap<Key, T>, key: Key): T {
  const found = all.get(key);
  if (found === undefined) throw new Error(`the sample has no ${String(key)}`);
  return found;
}

test('a reading is news to the area of its point alone, and comes with its trace', () => {
  const before = grouped(start);
  const tank = { ...one(start.points, 'tank'), values: [value('water_temperature', 61.5, -1)] };
  const now = grouped(after(start, { points: [tank] }), before);
  expect(changed(before, now)).toEqual(['plant']);
  const plant = now.find(({ area }) => area.id === 'plant');
  expect(plant?.points).toContain(tank);
  expect(plant?.sparklines.get('tank/water_temperature')?.at(-1)).toEqual([NOW + 1000, 61.5]);
  expect([...(plant?.sparklines.keys() ?? [])].filter((key) => !/^(tank|header|return)\//.test(key))).toEqual([]);
});

test('a device that reports, and the seconds that pass, are news to no area', () => {
  const before = grouped(start);
  const [device] = start.devices.values();
  if (device === undefined) throw new Error('the sample has no device');
  const now = grouped(after(start, { devices: [{ ...device, lastMessageAt: NOW }] }), before);
  expect(changed(before, now)).toEqual([]);
});

test('an alarm is news to each area whose points it stands for, when it comes and when it goes', () => {
  const gathering = sampleAlarms().find(({ gathers }) => gathers.length > 1);
  if (gathering === undefined) throw new Error('the sample has no alarm that gathers');
  const areas = new Set(gathering.gathers.map((id) => one(start.points, id).area));
  const calm = after(start, { alarms: [{ ...gathering, state: 'normal' }] });
  const before = grouped(calm);
  const raised = after(calm, { alarms: [gathering] });
  const now = grouped(raised, before);
  expect(areas.size).toBeGreaterThan(1);
  expect(new Set(changed(before, now))).toEqual(areas);
  const gone = grouped(after(raised, { alarms: [{ ...gathering, state: 'normal' }] }), now);
  expect(new Set(changed(now, gone))).toEqual(areas);
  expect(gone.map(({ summary }) => summary)).toEqual(before.map(({ summary }) => summary));
});

test('areas keep the order of the registry, with a new mode, and with nothing in them', () => {
  const before = grouped(start);
  const men = { ...one(start.areas, 'men'), mode: 'closed' as const };
  const empty = { ...men, id: 'annex' };
  const now = grouped(after(start, { areas: [men, empty] }), before);
  expect(now.map(({ area }) => area.id)).toEqual([...start.areas.keys(), 'annex']);
  expect(changed(before, now)).toEqual(['men', 'annex']);
  expect(now.at(-1)).toMatchObject({ points: [], alarms: [], summary: { normal: false } });
});
