import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SiteDelta, SiteSnapshot } from '../../../contract/live.ts';
import { breakable } from './breakable.ts';
import { happen, histories, settle, type Happening } from './histories.ts';
import { startRig, type Rig } from './rig.ts';
import { SITE } from './site.ts';

const TIMES = Number(process.env['EXPLORE'] ?? 1);
const RUNS = { numRuns: 15 * TIMES, interruptAfterTimeLimit: 45_000 * TIMES, markInterruptAsFailure: false } as const;

/** A scald whose delay ends with the silence of its point, beside the lesser limit of the same water. */
const SCALD_ENDS_IN_SILENCE: Happening[] = [
  { what: 'pass', seconds: 320 },
  { what: 'pass', seconds: 320 },
  { what: 'values', device: 'gateway', values: { 'water_temperature.outlet': 50, room_temperature: 85 }, ago: null },
  { what: 'acknowledge' },
  { what: 'pass', seconds: 5 },
  { what: 'step', ms: 3_000 },
  { what: 'pass', seconds: 31 },
  { what: 'pass', seconds: 320 },
  { what: 'pass', seconds: 1 },
  { what: 'bytes', device: 'lock', leaf: 'events', bytes: '' },
  { what: 'pass', seconds: 320 },
  { what: 'bye', device: 'clock', connection: 3 },
];
test(
  'whatever happens, nothing throws, alarms are one per fault, and what was acknowledged is stored',
  { timeout: 240_000 * TIMES },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const errors: unknown[] = [];
        const { disk, wrap } = breakable();
        const rig = await startRig({ registry: SITE, ledger: wrap, onError: (error) => errors.push(error) });
        const answers = { sent: 0, answered: 0 };
        const sent = (promise: Promise<unknown>) => {
          answers.sent += 1;
          void promise.then(() => (answers.answered += 1));
        };
        let stopped = 0;
        rig.ingest.onStoring((storing) => (stopped += Number(!storing)));
        for (const one of history) {
          await happen(rig, one, { disk, sent });
          oneAlarmEach(rig);
        }
        await settle(rig, disk);
        expect(errors.filter((error) => !String(error).includes('disk is full'))).toEqual([]);
        // Let go are messages of an outage only.
        if (stopped === 0) expect(answers.answered).toBe(answers.sent);
        oneAlarmEach(rig);
        expect(rig.rows('SELECT id FROM alarm WHERE closed_at IS NULL ORDER BY id').map(({ id }) => id)).toEqual(
          rig
            .alarms()
            .map(({ id }) => id)
            .sort((a, b) => a - b),
        );
        const shown = lasting(rig);
        const readings = (await allReadings(rig)).length;
        const after = await rig.restart({ downMs: 1_000 });
        expect(lasting(after)).toEqual(shown);
        expect(await allReadings(after)).toHaveLength(readings);
        await after.close();
      }),
      { ...RUNS, examples: [[SCALD_ENDS_IN_SILENCE]] },
    );
  },
);

test(
  'a snapshot with the deltas that follow it is a fresh snapshot, whatever happens between',
  { timeout: 240_000 * TIMES },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { disk, wrap } = breakable();
        const rig = await startRig({ registry: SITE, ledger: wrap });
        let screen = rig.snapshot();
        const gaps: string[] = [];
        rig.ingest.query.subscribe((told) => {
          const expected = told.kind === 'tick' ? [told.tick.seq, screen.seq] : [told.delta.seq, screen.seq + 1];
          if (expected[0] !== expected[1]) gaps.push(`${told.kind} ${expected.join(' for ')}`);
          if (told.kind === 'tick') return;
          screen = told.delta.reload === true ? { ...rig.snapshot(), seq: told.delta.seq } : apply(screen, told.delta);
        });
        for (const one of history) await happen(rig, one, { disk, sent: () => {} });
        await settle(rig, disk);
        await rig.ingest.drained();
        rig.clock.advance(150);
        expect(gaps).toEqual([]);
        const { at: _, sparklines: _lines, alarms, ...fresh } = rig.snapshot();
        const { at: _at, sparklines: _old, alarms: told, ...applied } = screen;
        expect(applied).toEqual(fresh);
        expect(byId(told)).toEqual(byId(alarms));
        await rig.close();
      }),
      RUNS,
    );
  },
);

function oneAlarmEach(rig: Rig): void {
  const keys = rig
    .alarms()
    .map(({ rule, side, subject, metric }) => [rule, side, subject.kind, subject.id, metric].join('|'));
  expect(keys).toEqual([...new Set(keys)]);
}

/** What a start takes over. Whether the machine's clock is right is asked anew: devices have to speak again. */
function lasting(rig: Rig) {
  return rig
    .alarms()
    .filter(({ rule }) => rule !== 'system.clock')
    .map(({ id, state }) => ({ id, state }));
}

async function allReadings(rig: Rig) {
  const to = rig.clock.now().wall + 86_400_000;
  const points = rig.snapshot().points.flatMap(({ id, values }) => values.map(({ metric }) => ({ id, metric })));
  const found = await Promise.all(
    points.map(({ id, metric }) => rig.ingest.query.range('mine', id, { metric, from: 0, to })),
  );
  return found.flatMap((answer) => answer?.readings ?? []);
}

/** What a screen does with a delta. */
function apply(
  screen: SiteSnapshot,
  { seq, siteView, areas, points = [], devices = [], alarms = [] }: SiteDelta,
): SiteSnapshot {
  const replaced = <T extends { readonly id: string }>(all: T[], changed: T[]) =>
    all.map((one) => changed.find(({ id }) => id === one.id) ?? one);
  const known = new Map([...screen.alarms, ...alarms].map((alarm) => [alarm.id, alarm]));
  return {
    ...screen,
    seq,
    site: siteView ?? screen.site,
    areas: areas ?? screen.areas,
    points: replaced(screen.points, points),
    devices: replaced(screen.devices, devices),
    alarms: [...known.values()].filter(({ state }) => state !== 'normal'),
  };
}

const byId = <T extends { readonly id: number }>(rows: readonly T[]) => rows.toSorted((a, b) => a.id - b.id);
