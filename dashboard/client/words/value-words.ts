import type { AreaView, PointView, SiteView, ValueView } from '../../../contract/live.ts';
import type { Role } from '../../../contract/registry.ts';
import { baseMetric } from '../format/metric.ts';
import type { Words } from './use-words.ts';

/** The metric that a point of a role is there for: its row bears the point's name alone. */
const MAIN_METRIC: Partial<Record<Role, string>> = {
  pool: 'water_temperature',
  shower_outlet: 'water_temperature',
  header: 'water_temperature',
  tank: 'water_temperature',
  bath_hall: 'room_temperature',
  changing_room: 'room_temperature',
  dormitory_room: 'room_temperature',
  exhaust_fan: 'fan_running',
  attendance_terminal: 'queue_wait',
};

/** Of a role without one, the first that is bound. */
export function mainMetric(point: PointView): string | undefined {
  return MAIN_METRIC[point.role] ?? point.values[0]?.metric;
}

/** `浴厅`, and `浴厅 CO₂` for what it measures besides. */
export function rowName(point: PointView, metric: string, { local, metricName }: Words): string {
  const name = local(point.name);
  const base = baseMetric(metric);
  const siblings = point.values.filter((value) => baseMetric(value.metric) === base).length;
  const main = mainMetric(point);
  return main === base || metric === main
    ? siblings > 1
      ? `${name} ${metric.slice(base.length + 1)}`.trim()
      : name
    : `${name} ${metricName(metric)}`;
}

/** Why nothing is judged now: 关闭中, 非采暖季; empty when it is judged. */
export function notJudgedReason(
  value: ValueView,
  { area, site }: { area: AreaView | undefined; site: SiteView },
  { t }: Words,
): string {
  if (value.band === null || value.band.inForce) return '';
  if (area?.mode === 'closed') return t('value.closed');
  if (area !== undefined && area.mode !== 'open') return t('value.inMode', { mode: t(`mode.${area.mode}`) });
  return !site.heating && baseMetric(value.metric) === 'room_temperature' ? t('value.offSeason') : '';
}

/** One sentence on what is wrong with a value; empty for a good one. */
export function doubtText(value: ValueView, { t }: Words): string {
  if (value.state === 'suspect') {
    return value.reason === null
      ? t('value.suspect')
      : t('value.suspectBecause', { reason: t(`reason.${value.reason}`) });
  }
  if (value.badSince !== null && value.badReason !== null)
    return t('value.bad', { reason: t(`reason.${value.badReason}`) });
  return value.badSince === null ? '' : t('value.badShort');
}
