import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../contract/metrics.ts';
import { complies } from '../../../ingest/alarms/limits.ts';
import { CatalogueError, loadCatalogue, parseCatalogue } from '../../../ingest/standards/catalogue.ts';
import { limitsFor } from '../../../ingest/standards/resolve.ts';
import { point, site } from './site.ts';

const catalogue = loadCatalogue();
const limit = (role: Parameters<typeof point>[0], standard: string, side: 'low' | 'high') =>
  limitsFor(catalogue, site(), point(role)).find((one) => one.standard === standard && one.side === side);

describe('the base standard', () => {
  test.each(['pool', 'shower_outlet'] as const)('keeps the water of a %s between 40 and 48 while open', (role) => {
    expect(limit(role, 'base.water', 'low')).toMatchObject({
      metric: 'water_temperature',
      limit: 40,
      deadband: 0.5,
      applies: 'open',
      priority: 2,
      compliance: true,
      timing: { onDelay: 180_000, offDelay: 60_000, critical: false },
    });
    expect(limit(role, 'base.water', 'high')).toMatchObject({ limit: 48, priority: 2 });
  });
  test.each(['pool', 'shower_outlet'] as const)('is critical at a %s from 50 °C, always, within 30 s', (role) => {
    const scald = limit(role, 'base.scald', 'high');
    expect(scald).toMatchObject({ applies: 'always', priority: 1, timing: { critical: true } });
    expect(scald?.timing.onDelay).toBeLessThanOrEqual(30_000);
    expect(scald && complies(scald, 49.99)).toBe(true);
    expect(scald && complies(scald, 50)).toBe(false);
    expect(limit(role, 'base.scald', 'low')).toBeUndefined();
  });
  test.each(['bath_hall', 'changing_room'] as const)('keeps a %s at 25 while open in the heating season', (role) => {
    expect(limit(role, 'base.bath_room', 'low')).toMatchObject({
      metric: 'room_temperature',
      limit: 25,
      applies: 'heating_open',
      timing: { onDelay: 600_000 },
    });
  });
  test('leaves dormitories to the site: 18 unless it says otherwise, in the heating season', () => {
    expect(limit('dormitory_room', 'base.dormitory', 'low')).toMatchObject({ limit: 18, applies: 'heating' });
  });
  test('wants the exhaust fan to run while open', () => {
    const fan = limit('exhaust_fan', 'base.exhaust_fan', 'low');
    expect(fan).toMatchObject({ metric: 'fan_running', applies: 'open' });
    expect(fan && [complies(fan, 1), complies(fan, 0)]).toEqual([true, false]);
  });
  test.each(['header', 'tank', 'attendance_terminal', 'door', 'other'] as const)('has no limit for a %s', (role) => {
    expect(limitsFor(catalogue, site(), point(role))).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('calls nothing law that is not: every source is cited, and only what was read at the source is sure', () => {
    const sure = catalogue.standards
      .filter(({ source }) => source.confidence === 'H' && !source.own)
      .map(({ id }) => id);
    expect(sure.sort()).toEqual(['gb50396.verify_time', 'legionella.tank']);
    const own = catalogue.standards.filter(({ source }) => source.own);
    expect(own.every(({ pack }) => pack === 'base')).toBe(true);
    const replaced = catalogue.standards.filter(({ pack }) => pack === 'gb9665');
    expect(replaced.every(({ source }) => source.edition.includes('GB 37488-2019'))).toBe(true);
  });
  test('has limits that its metrics can reach', () => {
    for (const { id, metric, low, high } of catalogue.standards) {
      for (const side of [low, high]) {
        if (side === null) continue;
        expect(side.limit, id).toBeGreaterThanOrEqual(METRICS[metric].min);
        expect(side.limit, id).toBeLessThanOrEqual(METRICS[metric].max);
      }
    }
  });
  test('keeps critical for scalding', () => {
    const critical = catalogue.standards.filter((one) => one.critical || one.priority === 1).map(({ id }) => id);
    expect(critical).toEqual(['base.scald', 'scald_vulnerable.outlet']);
    expect([...catalogue.rules.values()].every(({ priority }) => priority > 1)).toBe(true);
  });
  test('says what to do in both languages, in steps that fit a card and without full stops', () => {
    const responses = [
      ...catalogue.standards.flatMap(({ low, high }) => [low, high].filter((side) => side !== null)),
      ...catalogue.rules.values(),
    ].map(({ title, response }) => ({ title, response }));
    for (const { title, response } of responses) {
      expect(response.steps.length).toBeGreaterThanOrEqual(2);
      for (const { zh, en } of [title, ...response.steps, response.cause, response.consequence]) {
        expect(zh).not.toMatch(/[。.]$|[,;:]/);
        expect(zh).toMatch(/[\u4e00-\u9fff]/);
        expect([...zh].length).toBeLessThanOrEqual(26);
        expect(en).not.toMatch(/\.$|[\u4e00-\u9fff]/);
        expect(en.length).toBeLessThanOrEqual(90);
      }
    }
  });
});

describe('a standards file with a mistake', () => {
  const rules = { name: 'rules.yaml', text: 'rules: []' };
  const entry = `
  - id: base.x
    title: { zh: 甲, en: a }
    source: { title: t, clause: c, edition: e, confidence: H, own: true }
    roles: [pool]
    metric: water_temperature
    applies: open
    deadband: 0.5
    onDelay: 10
    offDelay: 10
    priority: 2
    critical: false
    compliance: true
    low: { limit: 40, title: { zh: 甲, en: a }, response: { withinMinutes: 1, steps: [], cause: { zh: 甲, en: a }, consequence: { zh: 甲, en: a } } }
`;
  const problemOf = (text: string) => {
    try {
      parseCatalogue({ packs: [{ name: 'base.yaml', text }], rules });
    } catch (error) {
      if (error instanceof CatalogueError) return error.message;
      throw error;
    }
    return undefined;
  };
  test.each([
    [
      'a misspelt metric',
      'water_temperature',
      'water_temprature',
      /^base\.yaml:7:5 standards\[0\]\.metric: .*"water_temperature" was probably meant/,
    ],
    [
      'a misspelt key',
      'onDelay',
      'ondelay',
      /^base\.yaml:10:5 standards\[0\]\.ondelay: no such key here; "onDelay" was probably meant/,
    ],
    ['an id of another pack', 'base.x', 'gb1.x', /^base\.yaml:3:5 standards\[0\]\.id: has to begin with "base\."/],
    ['a slow critical limit', 'critical: false', 'critical: true', undefined],
    ['no limit at all', /low: .*/, '', /^base\.yaml:3:5 standards\[0\]: has neither/],
    ['a limit as text', 'limit: 40,', 'limit: "40",', /low\.limit: "40" is no number/],
  ])('%s is named with file, line and key', (_what, right, wrong, message) => {
    const problem = problemOf(`pack: base\nstandards:${entry}`.replace(right, wrong));
    // What is right up to here fails later, at the empty rules.
    expect(problem).toMatch(message ?? /^rules\.yaml/);
  });
  test('a critical limit may not wait longer than 30 s', () => {
    const slow = entry.replace('critical: false', 'critical: true').replace('onDelay: 10', 'onDelay: 31');
    expect(problemOf(`pack: base\nstandards:${slow}`)).toMatch(
      /standards\[0\]\.onDelay: a critical limit acts within 30 s/,
    );
  });
  test('a rule that is missing is named', () => {
    expect(problemOf(`pack: base\nstandards:${entry}`)).toMatch(/rules: door\.forced is missing/);
  });
});
