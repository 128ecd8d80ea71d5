import type { Clock } from '../../contract/clock.ts';
import type { UnboundList, UnboundView } from '../../contract/devices.ts';
import type { Device, SiteModel } from '../line/model.ts';
import { calendarTime } from '../line/host-clock.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import { rangeOf } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { StoredReading } from '../stores/readings/stored.ts';

const SPAN = 2 * 3_600_000;
/** A clock within its tolerance may be ahead of ours by so much (ms). */
const AHEAD = 86_400_000;
const SAMPLES = 60;
/** Metrics of one answer, and readings that are looked at for one of them. */
const MOST_METRICS = 500;
const MOST_READINGS = 10_000;
const AT_ONCE = 8;

export interface UnboundOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly readings: ReadingsStore;
}

/** What devices report and no binding names, with the figures that tell what it is. One answer at a time for a site. */
export function createUnbound({ world, clock, readings }: UnboundOptions) {
  const underWay = new Map<string, Promise<UnboundList>>();
  /** First readings that are kept, by series. */
  const firsts = new Map<number, number>();

  async function list(model: SiteModel): Promise<UnboundList> {
    const site = model.registry.site;
    const now = clock.now();
    const named = [...model.devices.values()].flatMap((device) =>
      unboundKeys(world, model, device, calendarTime(world, now)).map((metric) => ({ device: device.spec.id, metric })),
    );
    const metrics: UnboundView[] = [];
    for (let at = 0; at < Math.min(named.length, MOST_METRICS); at += AT_ONCE) {
      const some = named.slice(at, Math.min(at + AT_ONCE, MOST_METRICS));
      metrics.push(...(await Promise.all(some.map((one) => view(site, { ...one, now: now.wall })))));
    }
    return { metrics };
  }

  async function view(site: string, { device, metric, now }: { device: string; metric: string; now: number }) {
    const state = world.series.committed(keyOf.deviceSeries(site, device, metric));
    const series = state?.series.id;
    const sources = { readings, tail: world.tail };
    const found =
      series === undefined
        ? []
        : await rangeOf(sources, { series, from: now - SPAN, to: now + AHEAD, limit: MOST_READINGS });
    if (series !== undefined && !firsts.has(series)) {
      const [first] = await rangeOf(sources, { series, from: 0, to: now + AHEAD, limit: 1 });
      if (first !== undefined) firsts.set(series, first.t);
    }
    const current = state?.current ?? null;
    const newest = found.at(-1);
    return {
      device,
      metric,
      value: newest?.value ?? current?.value ?? null,
      quality: newest?.quality ?? current?.quality ?? null,
      reason: (newest ?? current)?.reason ?? null,
      lastAt: newest?.t ?? current?.sourceTime ?? null,
      firstAt: series === undefined ? null : (firsts.get(series) ?? null),
      ...figures(found),
      samples: thinned(found, now),
    };
  }

  return {
    list(model: SiteModel): Promise<UnboundList> {
      const site = model.registry.site;
      const running = underWay.get(site) ?? list(model).finally(() => underWay.delete(site));
      underWay.set(site, running);
      return running;
    },
  };
}

/** Names of a device's own series that nothing binds at a moment (ms epoch). */
export function unboundKeys(world: World, model: SiteModel, device: Device, at: number): string[] {
  const own = world.ownNames.committed(keyOf.device(model.registry.site, device.spec.id)) ?? [];
  return own.filter((key) => device.bindingAt(key, at) === undefined);
}

function figures(found: readonly StoredReading[]): Pick<UnboundView, 'count' | 'min' | 'max' | 'interval'> {
  const values = found.filter(({ quality }) => quality !== 'bad').map(({ value }) => value);
  return {
    count: found.length,
    min: values.length === 0 ? null : values.reduce((least, value) => Math.min(least, value)),
    max: values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value)),
    interval: medianInterval(found.map(({ t }) => t)),
  };
}

/** Median seconds between times in order; null for fewer than three. */
function medianInterval(times: readonly number[]): number | null {
  if (times.length < 3) return null;
  const gaps = times
    .slice(1)
    .map((t, index) => t - (times[index] ?? t))
    .sort((a, b) => a - b);
  const middle = gaps.length / 2;
  const [low = 0, high = 0] = [gaps[Math.ceil(middle) - 1], gaps[Math.floor(middle)]];
  return (low + high) / 2_000;
}

/** Believable values, the last of each two minutes. */
function thinned(found: readonly StoredReading[], now: number): [number, number][] {
  const buckets = new Map<number, [number, number]>();
  const width = SPAN / SAMPLES;
  for (const { t, value, quality } of found) {
    // What is ahead of our clock is drawn at its end.
    const bucket = Math.min(SAMPLES - 1, Math.floor((t - (now - SPAN)) / width));
    if (quality !== 'bad') buckets.set(bucket, [t, value]);
  }
  return [...buckets.values()];
}
