import type { MetricSpec } from '../../contract/metrics.ts';
import type { SheetCell } from '../../contract/sheet.ts';
import type { Side } from '../../contract/alarm.ts';
import { LEAST_COVERAGE, type HourStandard } from '../standards/hour.ts';
import type { Rollup } from '../stores/rollups.ts';

/** What is said of one side of the standard that counts, while it was in force. */
export interface CellLimit {
  readonly standard: string;
  readonly side: Side;
  readonly limit: number;
  /** A ceiling for people's safety: minutes of its own, no part of the compliance. */
  readonly critical: boolean;
}

/** What belongs to a stretch of time besides what was measured in it. */
export interface CellFrame {
  readonly limits: readonly CellLimit[];
  /** s */
  readonly inForce: number;
  readonly spec: MetricSpec;
  /** Alarms about the standard that counts, raised within it. */
  readonly excursions: number;
}

const NONE: HourStandard = { standard: '', inBand: 0, out: 0, unknown: 0, outOfService: 0 };

/**
 * The figures of one stretch of time, as they are printed. `inForce`: seconds for which the standard was; where no row
 * speaks of them nothing is known of them, which is never taken for good.
 */
export function cellOf(row: Rollup, { limits, inForce: seconds, spec, excursions }: CellFrame): SheetCell {
  const counted = limits.filter(({ critical }) => !critical);
  const judged = row.standards.find(({ standard }) => counted.some((limit) => limit.standard === standard)) ?? NONE;
  const scald = row.standards.find(({ standard }) => limits.some((one) => one.critical && one.standard === standard));
  const known = judged.inBand + judged.out;
  const asked = Math.max(seconds, known + judged.unknown);
  const inForce = asked > 0;
  const beside = counted.map(({ limit }) => limit);
  const broken = (side: Side, value: number | null) =>
    value !== null &&
    judged.out > 0 &&
    counted.some((one) => one.side === side && (side === 'low' ? value < one.limit : value > one.limit));
  const print = (value: number | null) => (value === null ? null : printed(value, beside, spec));
  const compliance = () => {
    if (!inForce) return 'not_judged';
    return known / asked < LEAST_COVERAGE ? 'insufficient' : percent(judged.inBand / known);
  };
  const length = (row.to - row.from) / 1_000;
  return {
    low: print(row.min),
    mean: row.mean === null ? null : row.mean.toFixed(spec.decimals),
    high: print(row.max),
    lowBroken: broken('low', row.min),
    highBroken: broken('high', row.max),
    compliance: compliance(),
    coverage: percent(length === 0 ? 0 : row.good / length),
    outMinutes: inForce ? minutes(judged.out) : null,
    excursions: inForce ? excursions : null,
    missingMinutes: minutes(length - row.good),
    scaldMinutes: scald === undefined ? null : minutes(scald.out),
  };
}

/** As many decimals as tell the value from a limit: 39.96 is never printed as 40.0. */
export function printed(value: number, limits: readonly number[], { decimals, resolution }: MetricSpec): string {
  const most = Math.max(decimals, Math.round(-Math.log10(resolution)));
  let count = decimals;
  while (count < most && limits.some((limit) => value !== limit && value.toFixed(count) === limit.toFixed(count)))
    count += 1;
  return value.toFixed(count);
}

/** One decimal, cut: only all of it is 100. */
export function percent(share: number): string {
  // 0.29 * 1000 is 289.99… in doubles.
  const tenths = Math.floor(share * 1_000 + 1e-9);
  return tenths >= 1_000 ? '100' : (tenths / 10).toFixed(1);
}

/** Begun minutes; what is less than a second is a matter of rounding. */
export function minutes(seconds: number): number {
  return seconds < 1 ? 0 : Math.ceil(seconds / 60);
}

/** The total of shifts: figures from all their time, minutes as the sum of what each of them prints. */
export function totalOf(whole: SheetCell, cells: readonly SheetCell[]): SheetCell {
  const sum = (read: (cell: SheetCell) => number | null): number | null => {
    const found = cells.map(read).filter((one) => one !== null);
    return found.length === 0 ? null : found.reduce((total, one) => total + one, 0);
  };
  return {
    ...whole,
    lowBroken: cells.some(({ lowBroken }) => lowBroken),
    highBroken: cells.some(({ highBroken }) => highBroken),
    outMinutes: sum(({ outMinutes }) => outMinutes),
    excursions: sum(({ excursions }) => excursions),
    missingMinutes: sum(({ missingMinutes }) => missingMinutes) ?? 0,
    scaldMinutes: sum(({ scaldMinutes }) => scaldMinutes),
  };
}
