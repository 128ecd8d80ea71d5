import type { MetricName } from '../../../contract/metrics.ts';
import type { Role } from '../../../contract/registry.ts';
import { assess, EMPTY_MEMORY } from '../../../ingest/quality/assess.ts';
import type { Assessed, QualityContext } from '../../../ingest/quality/types.ts';

export const START = Date.UTC(2026, 10, 25, 4);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const GOOD = 'good';

/** ms from the start, value */
export type Step = readonly [at: number, value: number];

interface Circumstances {
  readonly metric?: MetricName;
  readonly role: Role;
  readonly open?: boolean;
  /** ms from the start at which the area opens */
  readonly openFrom?: number;
  readonly filling?: boolean;
}

export function contextOf({
  metric = 'water_temperature',
  role,
  open = true,
  filling = false,
}: Circumstances): QualityContext {
  return { metric, role, open, filling };
}

function text({ quality, reason }: Assessed): string {
  return reason === null ? quality : `${quality} ${reason}`;
}

/** The grade of each value of a series as `good` or `suspect rate`; `suspect spike → good` was graded again. */
export function grades(circumstances: Circumstances, steps: readonly Step[]): string[] {
  let memory = EMPTY_MEMORY;
  const graded = new Map<number, string>();
  for (const [at, value] of steps) {
    const open = circumstances.openFrom === undefined ? (circumstances.open ?? true) : at >= circumstances.openFrom;
    const result = assess(memory, { value, sourceTime: START + at }, contextOf({ ...circumstances, open }));
    memory = result.memory;
    graded.set(START + at, text(result.assessed));
    if (result.regraded === null) continue;
    const { sourceTime } = result.regraded;
    graded.set(sourceTime, `${graded.get(sourceTime) ?? 'nothing'} → ${text(result.regraded)}`);
  }
  return [...graded.values()];
}
