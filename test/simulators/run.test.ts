import { parse } from 'yaml';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { metricSpec } from '../../contract/metrics.ts';
import { SiteRegistry } from '../../contract/registry.ts';
import { createFacility } from '../../simulators/facility.ts';
import { runSimulation, type Publisher } from '../../simulators/run.ts';
import { DEMO_SITE, demoSiteFile } from '../../simulators/site.ts';
import { DEMO_STORY } from '../../simulators/story.ts';
import { DrivenClock } from '../driven-clock.ts';

interface Sent {
  readonly at: number;
  readonly device: string;
  readonly leaf: 'readings' | 'events' | 'on' | 'off';
  readonly payload: Record<string, unknown>[];
}

function live(seconds: number, { seed = 1, speed = 1 } = {}): Sent[] {
  const clock = new DrivenClock();
  const started = clock.now().mono;
  const sent: Sent[] = [];
  const note = (device: string, leaf: Sent['leaf'], payload: Sent['payload']) =>
    sent.push({ at: (clock.now().mono - started) / 1_000, device, leaf, payload });
  const publisher: Publisher = {
    powerOn: (device) => note(device, 'on', []),
    powerOff: (device) => note(device, 'off', []),
    publish: (device, leaf, payload) => note(device, leaf, messagesOf(payload)),
  };
  const run = runSimulation({ clock, publisher, facility: createFacility(seed), story: DEMO_STORY, speed });
  clock.advance(seconds * 1_000);
  run.stop();
  clock.advance(10_000);
  return sent;
}

function messagesOf(payload: string): Record<string, unknown>[] {
  const parsed: unknown = JSON.parse(payload);
  return Value.Parse(Type.Array(Type.Record(Type.String(), Type.Unknown())), Array.isArray(parsed) ? parsed : [parsed]);
}

function valuesOf(sent: readonly Sent[], device: string, key: string): { at: number; value: number }[] {
  return sent
    .filter((one) => one.device === device && one.leaf === 'readings')
    .flatMap(({ at, payload }) =>
      payload.map(({ values }) => ({ at, value: (values as Record<string, number>)[key] ?? NaN })),
    );
}

const registry = Value.Parse(SiteRegistry, parse(demoSiteFile().text));
const tenMinutes = live(600);

describe('the registry of the demo mine', () => {
  test('keeps the contract', () => {
    expect(Value.Check(SiteRegistry, parse(demoSiteFile().text))).toBe(true);
    expect(registry.site).toBe(DEMO_SITE);
  });

  test('binds every metric that a device reports, and nothing else', () => {
    const bound = registry.bindings.map(({ device, metric }) => `${device} ${metric}`);
    const reported = new Set(
      tenMinutes.flatMap(({ device, leaf, payload }) => {
        if (leaf === 'events') return [`${device} events`];
        return payload.flatMap(({ values }) => Object.keys(values ?? {}).map((key) => `${device} ${key}`));
      }),
    );
    expect([...reported].sort()).toEqual([...bound].sort());
    expect(registry.devices.map(({ id }) => id).sort()).toEqual(
      [...new Set(tenMinutes.map(({ device }) => device))].sort(),
    );
  });

  test('names only areas, points and devices that it has', () => {
    const areas = new Set(registry.areas.map(({ id }) => id));
    const points = new Set(registry.points.map(({ id }) => id));
    const devices = new Set(registry.devices.map(({ id }) => id));
    expect(registry.points.filter(({ area }) => !areas.has(area))).toEqual([]);
    expect(registry.bindings.filter(({ point, device }) => !points.has(point) || !devices.has(device))).toEqual([]);
    expect([...points].filter((id) => !registry.bindings.some(({ point }) => point === id))).toEqual([]);
  });

  test('holds two bathhouses, a dormitory floor, four terminals and six doors', () => {
    const count = (role: string) => registry.points.filter((point) => point.role === role).length;
    expect({
      pools: count('pool'),
      tanks: count('tank'),
      headers: count('header'),
      fans: count('exhaust_fan'),
    }).toEqual({
      pools: 2,
      tanks: 2,
      headers: 2,
      fans: 2,
    });
    expect({ rooms: count('dormitory_room'), terminals: count('attendance_terminal'), doors: count('door') }).toEqual({
      rooms: 8,
      terminals: 4,
      doors: 6,
    });
  });

  test('says on its pages that it is a demo with shortened delays', () => {
    expect(registry.notice?.zh).toContain('延时已缩短');
    expect(registry.notice?.en).toContain('delays are shortened');
  });
});

describe('what the devices report', () => {
  test('lies within the physical range of its metric', () => {
    for (const { payload } of tenMinutes) {
      for (const { values } of payload) {
        for (const [key, value] of Object.entries((values ?? {}) as Record<string, number>)) {
          const spec = metricSpec(key.split('.')[0] ?? '');
          expect(spec, key).toBeDefined();
          expect(value).toBeGreaterThanOrEqual(spec?.min ?? Infinity);
          expect(value).toBeLessThanOrEqual(spec?.max ?? -Infinity);
        }
      }
    }
  });

  test('comes in the interval that the registry expects', () => {
    for (const { device, metric, interval } of registry.bindings) {
      if (interval === undefined || device === 'womens-climate') continue;
      const times = valuesOf(tenMinutes, device, metric).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(times[0], `${device} ${metric}`).toBeLessThan(4);
      expect(Math.max(...gaps), `${device} ${metric}`).toBeLessThanOrEqual(interval + 0.25);
    }
  });

  test('moves slowly enough to be believed: no pool by more than 1 °C and no room by more than 2 °C a minute', () => {
    const rates: readonly [string, string, number][] = [
      ['mens-pool', 'water_temperature', 1],
      ['womens-pool', 'water_temperature', 1],
      ['dorm-301', 'room_temperature', 2],
      ['mens-climate', 'room_temperature.hall', 2],
    ];
    for (const [device, key, limit] of rates) {
      const values = valuesOf(tenMinutes, device, key);
      const perMinute = values.slice(1).map(({ at, value }, index) => {
        const before = values[index];
        return before === undefined ? 0 : (Math.abs(value - before.value) / (at - before.at)) * 60;
      });
      expect(Math.max(...perMinute), `${device} ${key}`).toBeLessThan(limit);
    }
  });

  test('is the same for the same seed and another for another', () => {
    const readings = (seed: number) => live(60, { seed }).map(({ device, payload }) => [device, payload]);
    expect(readings(5)).toEqual(readings(5));
    expect(readings(5)).not.toEqual(readings(6));
  });

  test('every event has an id of its own and a time', () => {
    const events = tenMinutes.filter(({ leaf }) => leaf === 'events').flatMap(({ payload }) => payload);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.every(({ ts }) => typeof ts === 'number')).toBe(true);
  });
});

describe('the story as the devices tell it', () => {
  test("the men's pool starts at 40.3 °C, leaves its band within 45 s, and is back in it after the repair", () => {
    const pool = valuesOf(tenMinutes, 'mens-pool', 'water_temperature');
    expect(pool[0]?.value).toBeCloseTo(40.3, 1);
    expect(pool.find(({ value }) => value < 40)?.at).toBeLessThan(45);
    const back = pool.find(({ at, value }) => at > 150 && value >= 40.5);
    expect(back?.at).toBeLessThan(300);
    expect(pool.filter(({ at }) => at > (back?.at ?? 0) + 30 && at < 590).every(({ value }) => value > 40)).toBe(true);
  });

  test('each cycle begins like the first', () => {
    const pool = valuesOf(live(1_300), 'mens-pool', 'water_temperature');
    for (const start of [600, 1_200]) {
      const { value = NaN } = pool.find(({ at }) => at >= start) ?? {};
      expect(value).toBeGreaterThan(40);
      expect(value).toBeLessThan(40.7);
      expect(pool.find(({ at, value }) => at > start && value < 40)?.at).toBeLessThan(start + 60);
    }
  });

  test("the women's second shower runs hot at the scald limit and beyond, and no other does", () => {
    const hot = valuesOf(tenMinutes, 'womens-showers', 'water_temperature.outlet2').filter(({ value }) => value >= 50);
    expect(hot[0]?.at).toBeGreaterThan(60);
    expect(hot[0]?.at).toBeLessThan(75);
    expect(hot.at(-1)?.at).toBeLessThan(135);
    expect(Math.max(...hot.map(({ value }) => value))).toBeGreaterThan(55);
    for (const outlet of [1, 3]) {
      const others = valuesOf(tenMinutes, 'womens-showers', `water_temperature.outlet${outlet}`).map(
        ({ value }) => value,
      );
      expect(Math.min(...others)).toBeGreaterThan(40);
      expect(Math.max(...others)).toBeLessThan(48);
    }
  });

  test('the climate sensor falls silent without a word and comes back', () => {
    const climate = tenMinutes.filter(({ device }) => device === 'womens-climate');
    const off = climate.find(({ leaf }) => leaf === 'off')?.at ?? NaN;
    const on = climate.find(({ leaf, at }) => leaf === 'on' && at > off)?.at ?? NaN;
    expect([off, on]).toEqual([170, 320]);
    expect(climate.filter(({ at }) => at > off && at < on)).toEqual([]);
    expect(climate.some(({ at, leaf }) => at > on && leaf === 'readings')).toBe(true);
  });

  test('the third terminal is tried without success while it is frozen, and succeeds before and after', () => {
    const results = (from: number, to: number) =>
      tenMinutes
        .filter(({ device, leaf, at }) => device === 'terminal-3' && leaf === 'events' && at > from && at < to)
        .flatMap(({ payload }) => payload.map(({ result }) => result));
    expect(results(0, 85)).toContain('ok');
    expect(results(90, 230).length).toBeGreaterThan(10);
    expect(results(90, 230)).not.toContain('ok');
    expect(results(235, 300)).toContain('ok');
  });

  test("the lamp room's door is forced, shut, and reset", () => {
    const forced = tenMinutes
      .filter(({ device, leaf }) => device === 'lamp-door' && leaf === 'events')
      .flatMap(({ at, payload }) => payload.map((event) => ({ at, ...event })))
      .filter((event) => 'active' in event);
    expect(forced).toMatchObject([
      { at: 10, kind: 'forced', active: true },
      { at: 200, kind: 'forced', active: false },
    ]);
  });

  test('a faster facility tells the same story in less time', () => {
    const climate = live(60, { speed: 10 }).filter(({ device }) => device === 'womens-climate');
    expect(climate.find(({ leaf }) => leaf === 'off')?.at).toBe(17);
  });

  test('nothing is told after the stop', () => {
    expect(Math.max(...tenMinutes.map(({ at }) => at))).toBeLessThanOrEqual(600);
  });
});
