import type { LimitView } from '../../../contract/history.ts';
import { formatLimit } from '../format/number.ts';
import type { Words } from '../words/use-words.ts';

/** What the card says of one standard. */
export interface StandardLines {
  readonly standard: string;
  readonly title: string;
  /** Its limits as they were last in the range, and when they apply. */
  readonly limits: string;
  /** What it lets pass before it calls anybody, and before it lets go. */
  readonly patience: string;
}

/** One for each standard, of limits in the order of time. */
export function standardLines(
  limits: readonly LimitView[],
  metric: string,
  { t, local, duration, unit }: Words,
): StandardLines[] {
  const bandOf = (low: LimitView | undefined, high: LimitView | undefined) =>
    t(`history.band.${low === undefined ? 'high' : high === undefined ? 'low' : 'both'}`, {
      low: low === undefined ? '' : formatLimit(low.limit),
      high: high === undefined ? '' : formatLimit(high.limit),
      unit: unit(metric),
    }).trim();

  return [...Map.groupBy(limits, ({ standard }) => standard)].flatMap(([standard, all]) => {
    const last = all.at(-1);
    if (last === undefined) return [];
    const limitOf = (side: LimitView['side']) => all.findLast((one) => one.side === side);
    const { title, limit, critical, applies, onDelay, deadband } = last;
    const band = critical
      ? t('history.scald', { limit: `${formatLimit(limit)} ${unit(metric)}` })
      : bandOf(limitOf('low'), limitOf('high'));
    const patience = [
      onDelay === 0 ? t('history.atOnce') : t('history.delay', { duration: duration(onDelay * 1_000) }),
      ...(deadband === 0 ? [] : [t('history.deadband', { value: `${formatLimit(deadband)} ${unit(metric)}`.trim() })]),
    ];
    return {
      standard,
      title: local(title),
      limits: t(`history.applies.${applies}`, { limits: band }),
      patience: patience.join(t('comma')),
    };
  });
}
