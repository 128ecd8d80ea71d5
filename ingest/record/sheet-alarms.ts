import { METRIC_NAMES, type MetricName, METRICS, type MetricSpec } from '../../contract/metrics.ts';
import type { Shift } from '../../contract/record.ts';
import type { SheetAlarm } from '../../contract/sheet.ts';
import type { SiteModel } from '../line/model.ts';
import { alarmView } from '../live/alarm-view.ts';
import type { Span } from '../standards/timeline.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { printed } from './cell.ts';
import type { Evidence } from './gaps.ts';
import { METRIC_OF } from './measured.ts';
import { localDay } from './shifts.ts';

const MINUTE = 60_000;

interface AlarmPlace {
  readonly model: SiteModel;
  readonly points: readonly string[];
}

export interface AlarmPoints extends Readonly<Record<'water' | 'room', string | undefined>> {
  readonly fans: readonly string[];
}

/** Alarms about limits of the sheet's points; silence and sensors stand among the gaps. */
export function alarmsOf(
  raised: readonly AlarmRecord[],
  { model, points, shifts, zone }: { model: SiteModel; points: AlarmPoints; shifts: readonly Shift[]; zone: string },
): SheetAlarm[] {
  const ids = [points.water, points.room, ...points.fans];
  const ofPoints = raised.filter(
    ({ subject, side }) => side !== null && subject.kind === 'point' && ids.includes(subject.id),
  );
  const rowOf = ({ subject, metric }: AlarmRecord) =>
    (['water', 'room'] as const).find((what) => points[what] === subject.id && METRIC_OF[what] === metric) ?? null;
  return ofPoints.map((record, index) => {
    const { id, raisedAt, returnedAt, priority, side, worst, limit, acknowledged } = record;
    const shift = shifts.find(({ start, end }) => raisedAt >= start && raisedAt < end);
    const { title, place } = alarmView(model, record, { stored: true });
    const metric = METRIC_NAMES.find((name) => name === record.metric) ?? null;
    const spec = metric === null ? undefined : specOf(metric);
    return {
      n: index + 1,
      id,
      day: shift?.day ?? localDay(raisedAt, zone),
      from: shift?.from ?? null,
      at: raisedAt,
      priority,
      side,
      title,
      place,
      what: rowOf(record),
      metric,
      worst: worst === null || spec === undefined ? null : printed(worst, limit === null ? [] : [limit], spec),
      minutes: returnedAt === null ? null : Math.ceil((returnedAt - raisedAt) / MINUTE),
      acknowledged:
        acknowledged === null
          ? null
          : {
              by: acknowledged.post,
              at: acknowledged.at,
              afterMinutes: Math.max(0, Math.floor((acknowledged.at - raisedAt) / MINUTE)),
              note: acknowledged.note,
            },
    };
  });
}

/** A switch is named by the alarm's title: its number says no more. */
function specOf(metric: MetricName): MetricSpec | undefined {
  const spec = METRICS[metric];
  return spec.kind === 'switch' ? undefined : spec;
}

/** When the system stood, devices were away and sensors failed, as the alarms of that time tell. */
export function gapEvidence(
  raised: readonly AlarmRecord[],
  { model, points, now, downtimes }: AlarmPlace & { readonly now: number; readonly downtimes: readonly Span[] },
): Evidence {
  const devices = new Set(points.flatMap((id) => model.points.get(id)?.bindings.map(({ device }) => device) ?? []));
  const spans = (rule: string): Span[] =>
    raised
      .filter((alarm) => alarm.rule === rule && concerns(alarm, { points, devices }))
      // An alarm comes after its delay: the fault it speaks of began before.
      .map(({ raisedAt, returnedAt }) => ({ from: raisedAt - DELAY, to: returnedAt ?? now }));
  return {
    downtimes,
    offline: spans('device.offline'),
    sensor: [...spans('point.sensor_fault'), ...spans('point.flatline')],
    noData: spans('point.no_data'),
  };
}

/** Silence is held against a device after about so long (ms). */
const DELAY = 5 * MINUTE;

function concerns(
  { subject, gathers }: AlarmRecord,
  { points, devices }: { points: readonly string[]; devices: ReadonlySet<string> },
): boolean {
  if (subject.kind === 'point') return points.includes(subject.id);
  return subject.kind === 'device' && (devices.has(subject.id) || gathers.some((id) => points.includes(id)));
}
