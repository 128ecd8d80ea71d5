import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { METRIC_NAMES } from '../../../contract/metrics.ts';
import type { LocalText } from '../../../contract/ids.ts';
import { SiteRegistry, type HeatingSeason } from '../../../contract/registry.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { diffRegistry } from '../../../ingest/standards/registry-diff.ts';
import { formatRegistry, parseRegistry, renderProblem } from '../../../ingest/standards/registry-file.ts';

const catalogue = loadCatalogue();
const valid = Compile(SiteRegistry);

/** Ids and texts that YAML of one version or another takes for numbers, times, truths or syntax. */
const trapIds = [
  'no',
  'yes',
  'on',
  'y',
  'null',
  'true',
  '0123',
  '1e5',
  '0x1f',
  '0o17',
  '2026-11-23',
  '12-3',
  '1_000',
  '0b1',
  '007',
  'constructor',
];
const anyId = fc.oneof(fc.constantFrom(...trapIds), fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/));
const trapTexts = [
  'no',
  '~',
  '06:00',
  '12:30:45',
  '1e5',
  '- a',
  'a: b',
  '# x',
  '{x}',
  "it's",
  '"',
  '*a',
  '&a',
  '!x',
  '%',
  '@',
  '`',
  '男浴：大池，#1',
  ' a ',
  'a\nb',
  'a\tb',
  '\u0085',
  '\u2028',
  '😀',
  '\\',
  '=',
  '<<',
  '?',
  '---',
  '...',
];
const anyText = fc.oneof(fc.constantFrom(...trapTexts), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }));
const anyName = fc.record({ zh: anyText, en: anyText });
const anyTime = fc.constantFrom('00:00', '06:00', '11:30', '23:59');
const anyHours = fc.array(fc.record({ from: anyTime, to: fc.oneof(anyTime, fc.constant('24:00')) }), { maxLength: 3 });
const anyNumber = fc.oneof(
  fc.integer({ min: 0, max: 1_000 }),
  fc.double({ min: 0, max: 1e3, noNaN: true, noDefaultInfinity: true }),
);

const anyRegistry = fc
  .record({
    site: anyId,
    name: anyName,
    areas: fc.uniqueArray(anyId, { minLength: 1, maxLength: 3 }),
    points: fc.uniqueArray(anyId, { minLength: 1, maxLength: 4 }),
    devices: fc.uniqueArray(anyId, { minLength: 1, maxLength: 3 }),
    texts: fc.infiniteStream(anyName),
    channels: fc.uniqueArray(anyId, { maxLength: 5 }),
    metric: fc.constantFrom(...METRIC_NAMES),
    rest: fc.record(
      {
        notice: anyName,
        heatingSeason: fc.constant<HeatingSeason>({
          from: '11-15',
          to: '02-29',
          overrides: [{ from: '2026-11-01', to: '2026-11-14', heating: true }],
        }),
        openingHours: anyHours,
        standards: fc.subarray(['legionella', 'gb9665']),
        overrides: fc.array(
          fc.record({ standard: fc.constantFrom('base.water', 'door.held_open'), onDelay: anyNumber }),
        ),
      },
      { requiredKeys: [] },
    ),
    since: fc.option(fc.constantFrom('2026-11-15T08:00:00+08:00', '2026-11-15T00:00Z'), { nil: undefined }),
    interval: fc.integer({ min: 1, max: 86_400 }),
    areaHours: fc.option(anyHours, { nil: undefined }),
  })
  .map(
    ({
      site,
      name,
      areas,
      points,
      devices,
      texts,
      channels,
      metric,
      rest,
      since,
      interval,
      areaHours,
    }): SiteRegistry => {
      const text = (): LocalText => texts.next().value ?? name;
      return {
        bindings: channels
          .map((channel, index) => ({
            point: points[index % points.length] ?? '',
            metric: index < points.length ? `${metric}.${channel}` : 'events',
            device: devices[index % devices.length] ?? '',
            ...(since && { since }),
            ...(index < points.length && { interval }),
          }))
          .filter(
            ({ metric: key }, index, all) =>
              key !== 'events' || all.findIndex((one) => one.metric === 'events') === index,
          ),
        ...rest,
        areas: areas.map((id) => ({ id, name: text(), ...(areaHours && { openingHours: areaHours }) })),
        points: points.map((id) => ({ id, area: areas[0] ?? '', name: text(), role: 'other' })),
        devices: devices.map((id) => ({ id, name: text(), sleeping: true })),
        timezone: 'Asia/Shanghai',
        name,
        site,
      };
    },
  );

test('a registry that is written out reads back to the same', () => {
  fc.assert(
    fc.property(anyRegistry, (registry) => {
      const text = formatRegistry(registry);
      const parsed = parseRegistry(text, catalogue);
      if ('problems' in parsed) throw new Error(`${parsed.problems.map(renderProblem).join('\n')}\n${text}`);
      expect(parsed.registry).toEqual(registry);
      expect(diffRegistry(registry, parsed.registry)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('whatever the text, it is read or refused with a line, and what is read keeps the contract', () => {
  const anyLines = fc
    .array(
      fc.oneof(
        fc.string(),
        fc.constantFrom('site: a', 'areas:', '  - id: x', '- [', '&a', '*a', '? x', '!!set', '"', '---', '{'),
      ),
      { maxLength: 8 },
    )
    .map((lines) => lines.join('\n'));
  const damaged = fc.tuple(anyRegistry, fc.nat(2_000), fc.string({ maxLength: 3 })).map(([registry, at, noise]) => {
    const text = formatRegistry(registry);
    return text.slice(0, at % text.length) + noise + text.slice((at % text.length) + noise.length);
  });
  fc.assert(
    fc.property(fc.oneof(anyLines, damaged), (text) => {
      const parsed = parseRegistry(text, catalogue);
      if ('registry' in parsed) expect(valid.Check(parsed.registry)).toBe(true);
      else
        for (const { line, column, message } of parsed.problems)
          expect(Math.min(line, column, message.length)).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});
