import { Type, type Static } from 'typebox';
import { ID_PATTERN } from './ids.ts';

/** What a metric measures decides which plausibility checks apply to it. */
export type MetricKind = 'temperature' | 'fraction' | 'concentration' | 'level' | 'switch' | 'duration';

export interface MetricSpec {
  /** As printed; `°C` is shown as ℃ in Chinese. */
  readonly unit: string;
  readonly kind: MetricKind;
  /** Physical range, inclusive: outside it a value is bad. */
  readonly min: number;
  readonly max: number;
  /** Values are rounded to this before they are stored and judged. */
  readonly resolution: number;
  /** Decimals that people see; a limit shows more when a value could not be told from it. */
  readonly decimals: number;
}

export const METRICS = {
  water_temperature: { unit: '°C', kind: 'temperature', min: 0, max: 95, resolution: 0.01, decimals: 1 },
  room_temperature: { unit: '°C', kind: 'temperature', min: -20, max: 60, resolution: 0.01, decimals: 1 },
  humidity: { unit: '%RH', kind: 'fraction', min: 0, max: 100, resolution: 0.1, decimals: 0 },
  co2: { unit: 'ppm', kind: 'concentration', min: 0, max: 10_000, resolution: 1, decimals: 0 },
  ammonia: { unit: 'ppm', kind: 'concentration', min: 0, max: 1_000, resolution: 0.1, decimals: 1 },
  turbidity: { unit: 'NTU', kind: 'concentration', min: 0, max: 4_000, resolution: 0.01, decimals: 1 },
  water_level: { unit: 'm', kind: 'level', min: 0, max: 100, resolution: 0.001, decimals: 2 },
  fan_running: { unit: '', kind: 'switch', min: 0, max: 1, resolution: 1, decimals: 0 },
  verify_time: { unit: 'ms', kind: 'duration', min: 0, max: 600_000, resolution: 1, decimals: 0 },
  queue_wait: { unit: 's', kind: 'duration', min: 0, max: 86_400, resolution: 0.1, decimals: 0 },
  battery: { unit: '%', kind: 'fraction', min: 0, max: 100, resolution: 1, decimals: 0 },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
export const Metric = Type.Enum(METRIC_NAMES as [MetricName, ...MetricName[]]);

/** The spec of a metric by name; undefined for anything that is no metric of ours (also `constructor`, `__proto__`). */
export function metricSpec(name: string): MetricSpec | undefined {
  return Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : undefined;
}

/** `metric` or `metric.channel`, as a key of `values`. */
export const MetricKey = Type.String({ pattern: `^[a-z][a-z0-9_]{0,62}(\\.${ID_PATTERN.slice(1, -1)})?$` });
export type MetricKey = Static<typeof MetricKey>;

export interface MetricChannel {
  readonly metric: MetricName;
  /** Empty when the key names none. */
  readonly channel: string;
}

export function metricKey({ metric, channel }: MetricChannel): string {
  return channel === '' ? metric : `${metric}.${channel}`;
}
