import { expect, test } from 'vitest';
import type { AreaMode } from '../../../contract/registry.ts';
import { sheetTables } from '../../../dashboard/server/sheet/tables.ts';
import { modeText } from '../../../dashboard/words/modes.ts';
import { registerWords } from '../../../dashboard/words/register.ts';
import { createFrames } from '../../../ingest/history/frames.ts';
import { compileModel } from '../../../ingest/line/model.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig, type Rig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';

const START = Date.UTC(2026, 10, 25, 4);
const HOUR = 3_600_000;
const STEP = 300_000;
/** A probe in a dormitory room, which reports every five minutes; its floor is 25 ℃ all through the heating season. */
const registry = {
  ...SITE,
  bindings: [{ device: 'probe', metric: 'room_temperature', point: 'room', interval: 300 }],
};
const name = { site: 'mine', point: 'room', metric: 'room_temperature' };

async function report(rig: Rig, value: number, steps: number): Promise<void> {
  for (let left = steps; left > 0; left -= 1) {
    await rig.values('probe', { room_temperature: value });
    rig.clock.advance(STEP);
    await rig.ingest.drained();
  }
}

const set = (rig: Rig, mode: AreaMode, until: number) =>
  rig.ingest.desk.modes.set({
    ...{ site: 'mine', area: 'dorm', user: OPERATOR },
    body: { mode, reason: '=换暖气片', until },
  });

/** Of each hour since the start: seconds out of band, unknown, and not to be judged. */
async function judged(rig: Rig, hours: number) {
  const found: (readonly [number, number, number])[] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    const span = { from: START + hour * HOUR, to: START + (hour + 1) * HOUR };
    const { standards = [] } = (await rig.ingest.history.figures(name, span)) ?? {};
    for (const { out, unknown, outOfService } of standards) found.push([out, unknown, outOfService]);
  }
  return found;
}

test('time in a mode is out of service in figures and hours, also when they are computed again after a restart', async () => {
  const first = await startRig({ registry, clock: new DrivenClock(START) });
  await report(first, 20, 12);
  // Ended half an hour before its time, in the middle of the third hour.
  await set(first, 'out_of_service', START + 3 * HOUR);
  await report(first, 20, 18);
  await first.ingest.desk.modes.end({ site: 'mine', area: 'dorm', user: OPERATOR });
  await report(first, 20, 3);
  const [open] = (await first.ingest.query.openHour('mine', 'room')) ?? [];
  expect(open?.standards).toMatchObject([{ standard: 'base.dormitory', out: 900, outOfService: 1_800 }]);
  await report(first, 20, 3);
  const expected = [
    [3_600, 0, 0],
    [0, 0, 3_600],
    [1_800, 0, 1_800],
  ];
  // While the last hour is open, and when all are computed.
  expect(await judged(first, 3)).toEqual(expected);
  await report(first, 20, 3);
  await first.ingest.computed();
  expect(await judged(first, 3)).toEqual(expected);

  const rig = await first.restart({ downMs: 60_000 });
  // A late reading: its hour is computed again, by the mode of its time.
  await rig.values('probe', { room_temperature: 21 }, START + HOUR + 1_000);
  rig.clock.advance(STEP);
  await rig.ingest.drained();
  await rig.ingest.computed();
  expect(await judged(rig, 3)).toEqual(expected);

  const span = { from: START, to: START + 3 * HOUR };
  const course = await rig.ingest.history.course('mine', 'room', { metric: 'room_temperature', ...span });
  expect(course?.modes).toEqual([
    {
      ...{ mode: 'out_of_service', reason: '=换暖气片', post: OPERATOR.post },
      ...{ since: START + HOUR, until: START + 2.5 * HOUR },
    },
  ]);
  expect(course?.limits.find(({ standard }) => standard === 'base.dormitory')?.inForce).toEqual([
    { from: START, to: START + HOUR },
    { from: START + 2.5 * HOUR, to: START + 3 * HOUR },
  ]);
  // The season itself goes on.
  expect(course?.heating).toEqual([span]);
});

test('the register states each mode of its month, on the page and in files with the same words, and judges none of it', async () => {
  const openingHours = [{ from: '12:00', to: '13:00' }];
  const rig = await startRig({ registry: { ...registry, openingHours }, clock: new DrivenClock(START) });
  await set(rig, 'out_of_service', Date.UTC(2026, 11, 3));
  await report(rig, 20, 14);
  const made = await rig.ingest.sheets({ site: 'mine', area: 'dorm' }, { month: '2026-11' }, () => []);
  if (typeof made === 'string') throw new Error(made);
  const { content, ...rest } = made;
  const [shift] = content.days.find(({ day }) => day === '2026-11-25')?.shifts ?? [];
  expect(shift?.room).toMatchObject({ compliance: 'not_judged', outMinutes: null, low: '20.0', missingMinutes: 0 });
  // It goes on in December; November says so much of it, whatever becomes of it.
  const monthEnd = Date.UTC(2026, 10, 30, 16);
  expect(content.modes).toMatchObject([{ mode: 'out_of_service', since: START, until: monthEnd }]);
  const [mode] = content.modes ?? [];
  if (mode === undefined) throw new Error('no mode');
  expect(modeText(mode, registerWords(content, 'zh'))).toBe('停用 11-25 12:00 至 12-01 00:00，=换暖气片，后勤值班 设');
  const sheet = { ...content, ...rest, version: null, versions: [], changes: [] };
  expect(sheetTables(sheet, 'en').find(({ title }) => title === 'Modes set by hand')?.rows).toEqual([
    ['Out of service', '2026-11-25 12:00', '2026-12-01 00:00', '=换暖气片', '后勤值班'],
  ]);
});

test('the ledger is asked once for the modes of a version of the registry, however many limits they may cover', async () => {
  // The company has a floor of its own beside that of the standard.
  const known = loadCatalogue();
  const own = { ...known, standards: known.standards.flatMap((one) => [one, { ...one, id: `${one.id}_own` }]) };
  const rig = await startRig({ registry, clock: new DrivenClock(START), catalogue: own });
  await set(rig, 'out_of_service', START + HOUR);
  await rig.ingest.drained();
  let asked = 0;
  const frames = createFrames({
    catalogue: own,
    reader: {
      ...rig.stores.reader,
      areaModes(site, span) {
        asked += 1;
        return rig.stores.reader.areaModes(site, span);
      },
    },
    model: () => compileModel(registry, own),
  });
  const span = { from: START, to: START + 2 * HOUR };
  const limits = frames.limits(name, span);
  // The season is compiled by the first of them, with the modes of its weeks.
  asked = 0;
  expect(frames.limits(name, span)).toEqual(limits);
  expect(limits.length).toBeGreaterThan(1);
  expect(asked).toBe(1);
  await rig.close();
});
