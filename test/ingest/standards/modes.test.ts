import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AreaMode } from '../../../contract/registry.ts';
import { hour } from '../../../ingest/standards/hour.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import type { ModeSpan } from '../../../ingest/standards/types.ts';
import { compileSchedule, inForceSpans } from '../../../ingest/standards/schedule.ts';
import { site } from './site.ts';

/** 25 November, in the heating season; open from 06:00 to 11:00 local, which is 22:00 to 03:00 UTC. */
const MIDNIGHT = Date.UTC(2026, 10, 24, 16);
const HOUR = 3_600_000;
const at = (hours: number) => MIDNIGHT + hours * HOUR;
const registry = site({
  areas: [
    { id: 'bath', name: { zh: '浴', en: 'Bath' } },
    { id: 'gate', name: { zh: '门', en: 'Gate' } },
  ],
  openingHours: [{ from: '06:00', to: '11:00' }],
});
const byHand = (mode: AreaMode, from: number, to: number, area = 'bath'): ModeSpan => ({
  ...{ area, mode, reason: '检修', post: '后勤值班', from: at(from), to: at(to) },
});
const compile = (modes: readonly ModeSpan[]) => compileSchedule(registry, { from: at(0), until: at(48), modes });
const APPLIES = ['always', 'open', 'heating', 'heating_open'] as const;

describe('what a mode by hand takes out of force, while open in the heating season', () => {
  test.each<[AreaMode, (typeof APPLIES)[number][]]>([
    ['open', [...APPLIES]],
    ['closed', ['always', 'heating']],
    ['filling', ['always', 'heating']],
    ['cleaning', ['always', 'heating']],
    ['drained', ['always', 'heating']],
    ['out_of_service', []],
  ])('%s leaves %j, and every critical one', (mode, left) => {
    const schedule = compile([byHand(mode, 7, 9)]);
    const inForce = (critical: boolean, area = 'bath') =>
      APPLIES.filter((applies) => schedule.applies({ applies, critical }, area, at(8)));
    expect(inForce(false)).toEqual(left);
    expect(inForce(true)).toEqual([...APPLIES]);
    expect(inForce(false, 'gate')).toEqual([...APPLIES]);
    expect(schedule.mode('bath', at(8))).toBe(mode);
    expect(schedule.mode('bath', at(9))).toBe('open');
    expect(schedule.isOpen('bath', at(8))).toBe(true);
  });
  test('no scald standard of the catalogue is ever covered', () => {
    const schedule = compile([byHand('out_of_service', 0, 24)]);
    const critical = loadCatalogue().standards.filter((standard) => standard.critical);
    expect(critical.map(({ id }) => id)).toContain('base.scald');
    expect(critical.every((standard) => schedule.applies(standard, 'bath', at(8)))).toBe(true);
  });
});

test('opened by hand it is judged as open, outside of its hours too', () => {
  const schedule = compile([byHand('open', 11, 13)]);
  const rule = { applies: 'heating_open', critical: false, area: 'bath' } as const;
  expect(inForceSpans(schedule, rule, { from: at(0), to: at(24) })).toEqual([{ from: at(6), to: at(13) }]);
});

test('a later mode wins and ends the earlier one for good: its own end falls back to the hours', () => {
  const schedule = compile([byHand('drained', 7, 20), byHand('filling', 8, 9)]);
  const changes: [number, string][] = [];
  for (let when = at(0); when < at(24); when = schedule.nextChange(when))
    changes.push([(when - MIDNIGHT) / HOUR, schedule.mode('bath', when)]);
  expect(changes).toEqual([
    [0, 'closed'],
    [6, 'open'],
    [7, 'drained'],
    [8, 'filling'],
    [9, 'open'],
    [11, 'closed'],
  ]);
  expect(schedule.byHand('bath', at(8.5))?.reason).toBe('检修');
  expect(schedule.byHand('bath', at(10))).toBeNull();
});

test('whatever modes were set, the parts of an hour add to 3,600, and none of it is out while its standard is covered', () => {
  const mode = fc.record({
    mode: fc.constantFrom(...AreaMode.enum),
    from: fc.integer({ min: 0, max: 300 }),
    minutes: fc.integer({ min: 1, max: 200 }),
  });
  const readings = fc.array(fc.record({ minute: fc.integer({ min: 0, max: 59 }), v: fc.constantFrom(36, 43) }), {
    maxLength: 8,
  });
  const rules = fc.record({ applies: fc.constantFrom(...APPLIES), critical: fc.boolean() });
  fc.assert(
    fc.property(fc.array(mode, { maxLength: 5 }), readings, rules, (set, samples, rule) => {
      const schedule = compile(
        set.map(({ mode: which, from, minutes }) => byHand(which, 5 + from / 60, 5 + (from + minutes) / 60)),
      );
      const span = { from: at(7), to: at(8) };
      const inForce = inForceSpans(schedule, { ...rule, area: 'bath' }, span);
      const found = hour({
        span,
        carry: null,
        readings: samples.map(({ minute, v }) => ({ t: span.from + minute * 60_000, v, q: 'good' })),
        holds: [{ from: 0, hold: 20 * 60_000 }],
        downtimes: [],
        limits: [{ standard: 'one', side: 'low', limit: 40, inForce }],
      });
      const [{ inBand, out, unknown, outOfService } = { inBand: 0, out: 0, unknown: 0, outOfService: 0 }] =
        found.standards;
      expect(inBand + out + unknown + outOfService).toBeCloseTo(3_600, 6);
      // Open all this hour: what is not judged is exactly what a mode covers, minute by minute.
      const covered = Array.from({ length: 60 }, (_, minute) => span.from + minute * 60_000).filter(
        (when) => !schedule.applies({ ...rule }, 'bath', when),
      );
      expect(outOfService).toBeCloseTo(covered.length * 60, 6);
      if (rule.critical) expect(covered).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
