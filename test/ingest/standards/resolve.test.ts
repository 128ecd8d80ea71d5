import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { limitsFor, ruleFor } from '../../../ingest/standards/resolve.ts';
import { point, site } from './site.ts';

const catalogue = loadCatalogue();
const water = (registry: ReturnType<typeof site>, id = 'pool') =>
  limitsFor(catalogue, registry, point('pool', id)).filter(({ standard }) => standard === 'base.water');

describe('packs', () => {
  test('are off until the site switches them on; the base is always on', () => {
    const ids = (standards?: string[]) =>
      limitsFor(catalogue, site(standards === undefined ? {} : { standards }), point('tank')).map(
        ({ standard }) => standard,
      );
    expect(ids()).toEqual([]);
    expect(ids(['legionella'])).toEqual(['legionella.tank']);
    expect(limitsFor(catalogue, site({ standards: ['gb9665'] }), point('pool')).map((one) => one.standard)).toEqual([
      'base.water',
      'base.water',
      'base.scald',
      'gb9665.pool',
      'gb9665.pool',
      'gb9665.turbidity',
    ]);
  });
});

describe('overrides', () => {
  test('change limit, deadband and delays, for all points or those named', () => {
    const registry = site({
      overrides: [
        { standard: 'base.water', low: 41, onDelay: 20 },
        { standard: 'base.water', points: ['pool'], high: 46, deadband: 0.3, offDelay: 5 },
      ],
    });
    expect(water(registry)).toMatchObject([
      { side: 'low', limit: 41, deadband: 0.3, timing: { onDelay: 20_000, offDelay: 5_000 } },
      { side: 'high', limit: 46, deadband: 0.3 },
    ]);
    expect(water(registry, 'pool2')).toMatchObject([
      { side: 'low', limit: 41, deadband: 0.5, timing: { onDelay: 20_000, offDelay: 60_000 } },
      { side: 'high', limit: 48 },
    ]);
  });
  test('a later one wins, key by key', () => {
    const registry = site({
      overrides: [
        { standard: 'base.water', points: ['pool'], low: 42, onDelay: 5 },
        { standard: 'base.water', low: 41 },
      ],
    });
    expect(water(registry)).toMatchObject([{ limit: 41, timing: { onDelay: 5_000 } }, { limit: 48 }]);
  });
  test('a value of 0 is a value', () => {
    const registry = site({ overrides: [{ standard: 'base.water', deadband: 0, onDelay: 0, offDelay: 0 }] });
    expect(water(registry)[0]).toMatchObject({ deadband: 0, timing: { onDelay: 0, offDelay: 0 } });
  });
  test('do not reach other standards', () => {
    const registry = site({ overrides: [{ standard: 'base.scald', onDelay: 5 }] });
    expect(water(registry)).toEqual(water(site()));
  });
});

describe('built-in rules', () => {
  test("have the site's delays", () => {
    const registry = site({
      overrides: [
        { standard: 'door.held_open', onDelay: 60 },
        { standard: 'door.held_open', points: ['gate'], onDelay: 120 },
      ],
    });
    expect(ruleFor(catalogue, site(), 'door.held_open').onDelay).toBe(30_000);
    expect(ruleFor(catalogue, registry, 'door.held_open').onDelay).toBe(60_000);
    expect(ruleFor(catalogue, registry, 'door.held_open', 'gate').onDelay).toBe(120_000);
    expect(ruleFor(catalogue, registry, 'door.held_open', 'other').onDelay).toBe(60_000);
  });
  test('have the defaults that the field is used to', () => {
    const delays = Object.fromEntries([...catalogue.rules].map(([id, { onDelay }]) => [id, onDelay / 1_000]));
    expect(delays).toEqual({
      'point.no_data': 0,
      'point.sensor_fault': 0,
      'point.flatline': 0,
      'device.offline': 300,
      'device.clock': 0,
      'device.tamper': 0,
      'device.identity_conflict': 0,
      'door.forced': 0,
      'door.held_open': 30,
      'door.jam': 0,
      'terminal.frozen': 120,
      'system.not_stored': 0,
      'system.log_filling': 0,
      'system.disk_low': 60,
      'system.store_refused': 0,
      'system.store_unreachable': 60,
      'system.readings_rejected': 60,
      'system.records_rejected': 60,
      'system.certificate_expiring': 0,
      'system.clock': 0,
      'channel.failing': 0,
    });
  });
});
