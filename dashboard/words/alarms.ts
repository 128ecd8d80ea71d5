import { METRICS } from '../../contract/metrics.ts';
import type { SheetAlarm, SheetMoreGaps } from '../../contract/sheet.ts';
import { filled, type RegisterWords } from './register.ts';

/** Characters of `2026-11-09`, and of `2026-`. */
const DAY = 10;
const YEAR = 5;

/** Unit of an alarm's farthest value; empty: it has none. */
export function unitText({ worst, metric }: Pick<SheetAlarm, 'worst' | 'metric'>, { texts }: RegisterWords): string {
  if (worst === null || metric === null) return '';
  const { unit } = METRICS[metric];
  return unit === '°C' ? texts.sheet.celsius : unit;
}

/** `38.4 ℃` */
export function worstText(alarm: Pick<SheetAlarm, 'worst' | 'metric'>, words: RegisterWords): string {
  return `${alarm.worst ?? ''} ${unitText(alarm, words)}`.trim();
}

/** Who acknowledged when; the day stands with it where it is another than that of the alarm. */
export function acknowledgedText(
  { acknowledged, at: raised }: Pick<SheetAlarm, 'acknowledged' | 'at'>,
  { texts: { sheet }, minute }: RegisterWords,
): string {
  if (acknowledged === null) return sheet.unacknowledged;
  const { by, at, afterMinutes: n } = acknowledged;
  if (at === null) return filled(sheet.acknowledgedBy, { by, n });
  const text = minute(at);
  const isSameDay = minute(raised).slice(0, DAY) === text.slice(0, DAY);
  return filled(sheet.acknowledgedAt, { by, n, time: text.slice(isSameDay ? DAY + 1 : YEAR) });
}

/** `水 设备失联 120 段 600 分` */
export function moreGapsText(
  { what, reason, count, minutes }: SheetMoreGaps,
  { texts: { sheet } }: RegisterWords,
): string {
  return filled(sheet.moreGapsOf, { what: sheet.what[what], count, minutes, reason: sheet.reason[reason] });
}
