import { describe, expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { diffRegistry, renderDifference } from '../../../ingest/standards/registry-diff.ts';
import { point, site } from './site.ts';

const lines = (before: SiteRegistry | undefined, after: SiteRegistry) =>
  diffRegistry(before, after).map(renderDifference);

describe('the difference that an import makes', () => {
  test('is nothing between a registry and itself, in whatever order its keys stand', () => {
    const reordered = Object.fromEntries(Object.entries(site()).reverse());
    expect(lines(site(), { ...site(), ...reordered })).toEqual([]);
  });
  test('of a new site is everything', () => {
    expect(lines(undefined, site({ overrides: [{ standard: 'base.water', low: 41 }] }))).toEqual([
      '+ site caozhuang: name { en: "Caozhuang mine", zh: "曹庄矿" }, timezone "Asia/Shanghai"',
      '+ area bath: name { en: "Men\'s bath", zh: "男浴" }',
      '+ point pool: area "bath", name { en: "Point", zh: "测点" }, role "pool"',
      '+ point gate: area "bath", name { en: "Point", zh: "测点" }, role "door"',
      '+ device gw1: name { en: "Gateway", zh: "网关" }',
      '+ binding gw1 water_temperature → pool: device "gw1", metric "water_temperature", point "pool", interval 10',
      '+ binding gw1 events → gate: device "gw1", metric "events", point "gate"',
      '+ override base.water: standard "base.water", low 41',
    ]);
  });
  test('names what is added, removed and changed, field by field', () => {
    const before = site({
      overrides: [
        { standard: 'base.water', low: 41 },
        { standard: 'base.water', points: ['pool'], low: 42 },
      ],
      standards: ['legionella'],
    });
    const after = site({
      overrides: [
        { standard: 'base.water', low: 41 },
        { standard: 'base.water', points: ['pool'], low: 43, onDelay: 5 },
      ],
      points: [point('pool'), point('tank')],
      openingHours: [],
    });
    expect(lines(before, after)).toEqual([
      '~ site caozhuang: standards ["legionella"] → (none), openingHours (none) → []',
      '- point gate: area "bath", name { en: "Point", zh: "测点" }, role "door"',
      '+ point tank: area "bath", name { en: "Point", zh: "测点" }, role "tank"',
      '~ override base.water (2): low 42 → 43, onDelay (none) → 5',
    ]);
  });
  test('of another interval changes the binding; of another point it is another binding', () => {
    const bindings = [
      { device: 'gw1', metric: 'water_temperature', point: 'pool', interval: 20 },
      { device: 'gw1', metric: 'events', point: 'pool' },
    ];
    expect(lines(site(), site({ bindings }))).toEqual([
      '~ binding gw1 water_temperature → pool: interval 10 → 20',
      '- binding gw1 events → gate: device "gw1", metric "events", point "gate"',
      '+ binding gw1 events → pool: device "gw1", metric "events", point "pool"',
    ]);
  });
});
