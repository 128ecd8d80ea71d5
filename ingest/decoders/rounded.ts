import { METRICS, type MetricName } from '../../contract/metrics.ts';
import { roundTo } from './rounding.ts';

/** A switch stands at 0 or 1; rounding would make a position of what is none. */
export function rounded(metric: MetricName, value: number): number {
  const { kind, resolution } = METRICS[metric];
  return kind === 'switch' ? value + 0 : roundTo(resolution, value);
}
