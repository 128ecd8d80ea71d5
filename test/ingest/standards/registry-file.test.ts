import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { parseRegistry, renderProblem } from '../../../ingest/standards/registry-file.ts';

const catalogue = loadCatalogue();

const GOOD = `site: caozhuang
name: { zh: 曹庄矿, en: Caozhuang mine }
timezone: Asia/Shanghai
heatingSeason: { from: 11-15, to: 03-15, overrides: [{ from: 2026-11-01, to: 2026-11-14, heating: true }] }
openingHours: [{ from: 06:00, to: 11:00 }, { from: 23:00, to: 01:00 }]
standards: [legionella]
overrides:
  - { standard: base.water, points: [pool], low: 41 }
  - { standard: door.held_open, onDelay: 60 }
areas:
  - { id: bath, name: { zh: 男浴, en: Bath }, openingHours: [{ from: 14:00, to: 24:00 }] }
points:
  - { id: pool, area: bath, name: { zh: 大池, en: Pool }, role: pool }
  - { id: gate, area: bath, name: { zh: 大门, en: Gate }, role: door }
devices:
  - { id: gw1, name: { zh: 网关, en: Gateway } }
bindings:
  - { device: gw1, metric: water_temperature, point: pool, interval: 10 }
  - { device: gw1, metric: events, point: gate }
`;

const problems = (text: string): string[] => {
  const parsed = parseRegistry(text, catalogue);
  return 'problems' in parsed ? parsed.problems.map(renderProblem) : [];
};
const saying = (message: string | RegExp): unknown =>
  typeof message === 'string' ? message : expect.stringMatching(message);
/** The good file with one text replaced by another, which has to be there. */
const changed = (from: string, to: string): string => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

test('a good file is read as it is meant: times, dates and days are text', () => {
  const parsed = parseRegistry(GOOD, catalogue);
  expect(parsed).toMatchObject({
    registry: {
      site: 'caozhuang',
      heatingSeason: { from: '11-15', to: '03-15', overrides: [{ from: '2026-11-01' }] },
      openingHours: [{ from: '06:00', to: '11:00' }, { from: '23:00' }],
      areas: [{ openingHours: [{ to: '24:00' }] }],
      bindings: [{ interval: 10 }, { metric: 'events' }],
    },
  });
});

describe('what YAML takes for something else than the id or text that was meant', () => {
  test.each([
    [
      'id: gw1',
      'id: 1e5',
      'line 16, devices[0].id: YAML reads 1e5 as the number 100000, not as text; write it in quotes: "1e5"',
    ],
    [
      'id: gw1',
      'id: 0123',
      'line 16, devices[0].id: YAML reads 0123 as the number 123, not as text; write it in quotes: "0123"',
    ],
    ['id: gw1', 'id: true', 'line 16, devices[0].id: YAML reads true as true, not as text; write it in quotes: "true"'],
    ['id: gw1', 'id: null', /^line 16, devices\[0\]\.id: has no value/],
    ['id: gw1', 'id:', /^line 16, devices\[0\]\.id: has no value; right would be lower-case letters/],
    [
      'en: Gateway',
      'en: 12',
      'line 16, devices[0].name.en: YAML reads 12 as the number 12, not as text; write it in quotes: "12"',
    ],
    ['interval: 10', 'interval: "10"', /^line 18, bindings\[0\]\.interval: "10" is no number/],
    ['interval: 10', 'interval: 10,5', /no such key here/],
    ['interval: 10', 'interval: .nan', /^line 18, bindings\[0\]\.interval: \.nan is no number/],
    ['interval: 10', 'interval: .inf', /is no number/],
    ['heating: true', 'heating: yes', /overrides\[0\]\.heating: "yes" is neither true nor false/],
  ])('%s as %s', (from, to, message) => {
    expect(problems(changed(from, to))[0]).toMatch(message);
  });
  test.each(['no', '2026-11-23', '0x_f', '12-3'])('%s is an id like any other', (id) => {
    expect(problems(GOOD.replaceAll('gw1', id))).toEqual([]);
  });
  test('a file that asks for YAML 1.1 is refused', () => {
    expect(problems(`%YAML 1.1\n---\n${GOOD}`)[0]).toMatch(/^line 1: the file asks for another YAML than 1\.2/);
  });
});

describe('a file that is no registry', () => {
  test.each([
    ['', /stands where keys with values belong: site, name/],
    ['just text', /"just text" stands where keys/],
    ['[1, 2]', /a list stands where keys/],
    ['a: [1, 2', /^line 1: /],
    ['a: 1\n\tb: 2', /^line 2: /],
    [`${GOOD}---\n${GOOD}`, /the file holds more than one document/],
    [`${'['.repeat(5_000)}`, /./],
    [`${'{a: '.repeat(3_000)}`, /./],
    ['site: !!binary aGFsbG8=\n', /./],
    ['site: !!js/function "x"\n', /^line 1: /],
    ['\u0000', /./],
  ])('%j is refused without an exception', (text, message) => {
    expect(problems(text)[0]).toMatch(message);
  });
  test('names the line of a key that stands twice', () => {
    expect(problems(`${GOOD}timezone: Europe/Berlin\n`)).toEqual([
      'line 20: the same key stands twice in one place; keep one of them',
    ]);
  });
  test('refuses aliases, a few lines of which unfold to gigabytes', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index]}, `.repeat(10)}]`),
    ];
    expect(problems(bomb.join('\n'))[0]).toBe('line 2: *a is an alias; write the value out');
  });
  test('is not fooled by names that every object has', () => {
    const found = problems(`__proto__: { site: x }\nconstructor: 1\ntoString: 2\n${GOOD}`);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/^line 1, __proto__: no such key here/);
  });
});

describe('form', () => {
  test.each([
    ['timezone:', 'timezome:', 'line 3, timezome: no such key here; "timezone" was probably meant'],
    ['role: pool', 'role: pol', /^line 13, points\[0\]\.role: "pol" is none of .*; "pool" was probably meant/],
    [
      'id: pool, area',
      'id: Pool, area',
      /^line 13, points\[0\]\.id: "Pool" does not fit; right would be lower-case letters/,
    ],
    ['to: 11:00', 'to: 25:00', /^line 5, openingHours\[0\]\.to: "25:00" does not fit; right would be a time of day/],
    [
      'from: 11-15',
      'from: 13-15',
      /^line 4, heatingSeason\.from: "13-15" does not fit; right would be a month and day/,
    ],
    ['interval: 10', 'interval: 0', 'line 18, bindings[0].interval: 0 is too small; the least is 1'],
    ['{ zh: 网关, en: Gateway }', '{ en: Gateway }', 'line 16, devices[0].name: "zh" is missing'],
    [
      '{ zh: 网关, en: Gateway }',
      'Gateway',
      /^line 16, devices\[0\]\.name: "Gateway" stands where keys with values belong: zh, en/,
    ],
    ['en: Gateway', 'en: ""', 'line 16, devices[0].name.en: is empty'],
    [
      'standards: [legionella]',
      'standards: [legionella, legionella]',
      'line 6, standards[1]: "legionella" is named twice',
    ],
    [
      'standards: [legionella]',
      'standards: legionella',
      /^line 6, standards: "legionella" stands where a list belongs/,
    ],
    ['points: [pool]', 'points: []', 'line 8, overrides[0].points: 0 entries; at least 1 are needed'],
    [
      'metric: water_temperature',
      'metric: Water Temperature',
      /^line 18, bindings\[0\]\.metric: .* does not fit; right would be a metric/,
    ],
  ] as const)('%s as %s', (from, to, message) => {
    expect(problems(changed(from, to))).toEqual([saying(message)]);
  });
  test('every problem is told, not the first alone', () => {
    const many = GOOD.replace('interval: 10', 'interval: 0')
      .replace('role: pool', 'role: pol')
      .replace('timezone: Asia/Shanghai\n', '');
    expect(problems(many)).toEqual([
      expect.stringMatching(/^line 12, points\[0\]\.role/),
      expect.stringMatching(/^line 17, bindings\[0\]\.interval/),
      expect.stringMatching(/^line 1: "timezone" is missing/),
    ]);
  });
});

describe('meaning', () => {
  const binding = (line: string) => `${GOOD}  - { ${line} }\n`;
  test.each([
    [
      'area: bath, name: { zh: 大池',
      'area: bth, name: { zh: 大池',
      'line 13, points[0].area: there is no area "bth"; "bath" was probably meant',
    ],
    [
      'device: gw1, metric: events',
      'device: gw9, metric: events',
      /^line 19, bindings\[1\]\.device: there is no device "gw9"/,
    ],
    [
      'events, point: gate',
      'events, point: gat',
      'line 19, bindings[1].point: there is no point "gat"; "gate" was probably meant',
    ],
    [
      'metric: water_temperature',
      'metric: water_temprature',
      /^line 18, bindings\[0\]\.metric: there is no metric "water_temprature"; "water_temperature" was probably meant/,
    ],
    ['metric: water_temperature', 'metric: constructor', /there is no metric "constructor"/],
    [
      ', interval: 10',
      '',
      /^line 18, bindings\[0\]: "interval" is missing: seconds between reports; or "longestSilence"/,
    ],
    [
      'interval: 10',
      'interval: 10, longestSilence: 60',
      /^line 18, bindings\[0\]\.longestSilence: stands beside "interval"/,
    ],
    [
      'id: gw1, name',
      'id: gw1, name: { zh: 甲, en: a } }\n  - { id: gw1, name',
      /^line 17, devices\[1\]\.id: "gw1" is also devices\[0\]; ids are unique/,
    ],
    [
      'Asia/Shanghai',
      'Asia/Shangai',
      'line 3, timezone: "Asia/Shangai" is no time zone; "Asia/Shanghai" was probably meant',
    ],
    ['Asia/Shanghai', '"+08:00"', /^line 3, timezone: "\+08:00" is no time zone; write an IANA name/],
    ['to: 03-15', 'to: 02-30', 'line 4, heatingSeason.to: no year has the day 02-30'],
    [
      'from: 2026-11-01',
      'from: 2026-02-29',
      'line 4, heatingSeason.overrides[0].from: there is no 2026-02-29 in the calendar',
    ],
    ['to: 2026-11-14', 'to: 2026-10-14', /^line 4, heatingSeason\.overrides\[0\]\.to: 2026-10-14 is before 2026-11-01/],
    ['from: 06:00', 'from: 24:00', /^line 5, openingHours\[0\]\.from: a window begins at "00:00"/],
    ['from: 14:00', 'from: 24:00', /^line 11, areas\[0\]\.openingHours\[0\]\.from/],
    [
      '[legionella]',
      '[legionela]',
      'line 6, standards[0]: there is no pack of standards "legionela"; "legionella" was probably meant',
    ],
    ['[legionella]', '[base]', /^line 6, standards\[0\]: the base standard is always on/],
    [
      'base.water',
      'base.watr',
      'line 8, overrides[0].standard: there is no standard or rule "base.watr"; "base.water" was probably meant',
    ],
    ['points: [pool]', 'points: [pol]', /^line 8, overrides\[0\]\.points\[0\]: there is no point "pol"; "pool"/],
    [
      'points: [pool]',
      'points: [gate]',
      /^line 8, overrides\[0\]\.points\[0\]: base\.water is for pool, shower_outlet; "gate" is a door/,
    ],
    [
      'low: 41',
      'low: 48',
      /^line 8, overrides\[0\]: leaves base\.water at "pool" a low limit of 48 and a high one of 48/,
    ],
    ['low: 41', 'low: 41, high: 40', /low has to be below high/],
    [
      'base.water, points: [pool], low: 41',
      'base.scald, low: 41',
      /^line 8, overrides\[0\]\.low: base\.scald has no low limit; it judges "high" alone/,
    ],
    [
      'base.water, points: [pool], low: 41',
      'base.scald, high: 60',
      /^line 8, overrides\[0\]\.high: 60 is laxer than 50; a critical limit may only be made stricter/,
    ],
    [
      'base.water, points: [pool], low: 41',
      'base.scald, onDelay: 31',
      /^line 8, overrides\[0\]\.onDelay: a critical limit acts within 30 s/,
    ],
    ['held_open, onDelay: 60', 'held_open, low: 60', /^line 9, overrides\[1\]\.low: door\.held_open has no limit/],
    [
      'door.held_open, onDelay: 60',
      'device.offline, points: [pool], onDelay: 60',
      /^line 9, overrides\[1\]\.points: device\.offline is not about points/,
    ],
  ])('%s as %s', (from, to, message) => {
    expect(problems(changed(from, to))).toEqual([saying(message)]);
  });

  test.each([
    '2026-11-15',
    '2026-11-15T08:00:00',
    '2026-11-15 08:00:00+08:00',
    '2026-02-30T08:00:00Z',
    '2026-11-15T08:00:60Z',
    '2026-11-15T24:00:00Z',
  ])('a binding since %s is refused', (since) => {
    expect(problems(changed('interval: 10', `interval: 10, since: "${since}"`))).toEqual([
      expect.stringMatching(/^line 18, bindings\[0\]\.since: ".*" is no moment; write one with its zone/),
    ]);
  });
  test('a binding ends after it begins', () => {
    const text = changed('interval: 10', 'interval: 10, since: 2026-11-15T08:00:00+08:00, until: 2026-11-15T00:00:00Z');
    expect(problems(text)).toEqual([
      expect.stringMatching(/^line 18, bindings\[0\]\.until: 2026-11-15T00:00:00Z is not after/),
    ]);
  });
  test('one key of a device goes to one point at a time', () => {
    expect(problems(binding('device: gw1, metric: water_temperature, point: gate, interval: 10'))).toEqual([
      expect.stringMatching(/^line 20, bindings\[2\]: bindings\[0\] gives the same metric to a point at the same time/),
    ]);
    const swapped = changed('interval: 10', 'interval: 10, until: 2026-11-15T00:00:00Z');
    expect(
      problems(
        `${swapped}  - { device: gw1, metric: water_temperature, point: gate, interval: 10, since: 2026-11-15T00:00:00Z }\n`,
      ),
    ).toEqual([]);
    expect(
      problems(
        `${swapped}  - { device: gw1, metric: water_temperature, point: gate, interval: 10, since: 2026-11-14T23:59:59Z }\n`,
      ),
    ).toHaveLength(1);
    expect(problems(binding('device: gw1, metric: water_temperature.outlet2, point: gate, interval: 10'))).toEqual([]);
  });
  test('two sensors of one metric do not take turns at one point; two sources of events may', () => {
    expect(problems(binding('device: gw1, metric: water_temperature.outlet2, point: pool, interval: 10'))).toEqual([
      expect.stringMatching(/^line 20, bindings\[2\]: bindings\[0\] feeds the same metric of this point/),
    ]);
    const twoLocks = changed('Gateway } }', 'Gateway } }\n  - { id: lock, name: { zh: 锁, en: Lock } }');
    expect(problems(`${twoLocks}  - { device: lock, metric: events, point: gate, longestSilence: 3600 }\n`)).toEqual(
      [],
    );
  });
});

test('a frozen terminal is over with its first success: an off-delay, which its heartbeats would reset for ever, is refused', () => {
  const text = changed('{ standard: door.held_open, onDelay: 60 }', '{ standard: terminal.frozen, offDelay: 10 }');
  expect(problems(text)).toEqual([
    expect.stringContaining('overrides[1].offDelay: terminal.frozen ends with the first success'),
  ]);
});
