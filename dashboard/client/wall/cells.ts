import type { AlarmView } from '../../../contract/alarm.ts';
import type { PointView, ValueView } from '../../../contract/live.ts';
import { needsAcknowledge } from '../alarms/order.ts';
import { baseMetric } from '../format/metric.ts';
import { type RoomSummary, roomSummary } from '../live/room-summary.ts';
import { mainMetric } from '../words/value-words.ts';

/** One field of an area on the wall, with the worst alarm that stands on what it shows. */
export type WallCell = { readonly key: string; readonly alarm: AlarmView | undefined } & (
  | { readonly kind: 'value'; readonly point: PointView; readonly value: ValueView }
  /** The coldest of many rooms stands for all of them; undefined: none is known. */
  | { readonly kind: 'rooms'; readonly point: PointView | undefined; readonly rooms: RoomSummary }
  | { readonly kind: 'fan'; readonly point: PointView; readonly value: ValueView; readonly air: ValueView | undefined }
  | { readonly kind: 'door'; readonly point: PointView }
  | { readonly kind: 'doors'; readonly points: readonly PointView[] }
  | { readonly kind: 'terminals'; readonly points: readonly PointView[] }
  /** Nothing is bound to it yet. */
  | { readonly kind: 'empty'; readonly point: PointView }
);

/** As many doors as are drawn one by one. */
const DOORS_APART = 2;
/** As many rooms with an alarm of their own as are shown beside the coldest. */
const ROOMS_APART = 3;

const isDoor = (point: PointView) => point.role === 'door' || point.door !== null;
const isTerminal = (point: PointView) => point.role === 'attendance_terminal';
const isRoom = (point: PointView) => point.role === 'dormitory_room';

/**
 * The fields of an area in the order of its registry. Terminals, more than two doors and more than four rooms are
 * gathered into one field each, at the place of their first.
 *
 * @param alarms standing ones, worst first
 */
export function cellsOf(points: readonly PointView[], alarms: readonly AlarmView[]): WallCell[] {
  const doors = points.filter(isDoor);
  const terminals = points.filter((point) => isTerminal(point) && !isDoor(point));
  const rooms = roomSummary(points);
  const air = airOfFan(points);
  const worst = (group: readonly PointView[]) => alarms.find((alarm) => group.some(({ id }) => standsOn(alarm, id)));

  return points.flatMap((point): WallCell[] => {
    if (isDoor(point)) {
      if (doors.length <= DOORS_APART) return [{ kind: 'door', key: point.id, point, alarm: worst([point]) }];
      return point === doors[0] ? [{ kind: 'doors', key: 'doors', points: doors, alarm: worst(doors) }] : [];
    }
    if (isTerminal(point)) {
      if (point !== terminals[0]) return [];
      return [{ kind: 'terminals', key: 'terminals', points: terminals, alarm: worst(terminals) }];
    }
    if (rooms !== null && isRoom(point)) return point === points.find(isRoom) ? roomCells(points, rooms, alarms) : [];
    return valueCells(point, alarms, air);
  });
}

/**
 * What holds a critical or high alarm stays while pages turn. Lower is more urgent: by priority, and of the same one
 * what nobody has acknowledged comes first. Infinity: nothing here has to stay.
 */
export function urgency(cells: readonly WallCell[]): number {
  const ranks = cells.flatMap(({ alarm }) =>
    alarm === undefined || alarm.priority > 2 ? [] : [2 * alarm.priority + (needsAcknowledge(alarm) ? 0 : 1)],
  );
  return Math.min(Infinity, ...ranks);
}

function standsOn(alarm: AlarmView, point: string): boolean {
  return (alarm.subject.kind === 'point' && alarm.subject.id === point) || alarm.gathers.includes(point);
}

interface Air {
  readonly point: PointView;
  readonly value: ValueView;
}

/** Of one fan and one gauge in an area it is plain that they belong together. */
function airOfFan(points: readonly PointView[]): Air | undefined {
  const fans = points.filter(({ role }) => role === 'exhaust_fan');
  const gauges = points.flatMap((point) =>
    point.values.filter(({ metric }) => baseMetric(metric) === 'co2').map((value) => ({ point, value })),
  );
  return fans.length === 1 && gauges.length === 1 ? gauges[0] : undefined;
}

/** A point's main value, and what else it measures that has a limit. */
function valueCells(point: PointView, alarms: readonly AlarmView[], air: Air | undefined): WallCell[] {
  const main = mainMetric(point);
  const own = point.values.filter((value) => value !== air?.value);
  const told = own.filter(
    ({ metric, band }) => metric === main || baseMetric(metric) === main || (band?.low ?? band?.high ?? null) !== null,
  );
  const shown = told.length > 0 ? told : own.slice(0, 1);
  const standing = alarms.filter((alarm) => standsOn(alarm, point.id) && !isOfAir(alarm, air));
  if (shown.length === 0)
    return point.values.length > 0 ? [] : [{ kind: 'empty', key: point.id, point, alarm: standing[0] }];
  const metrics = new Set<string>(shown.map(({ metric }) => metric));
  return shown.map((value, index) => {
    /** What is about nothing shown here stands on the main value. */
    const isHere = ({ metric }: AlarmView) =>
      metric === value.metric || (index === 0 && (metric === null || !metrics.has(metric)));
    const key = `${point.id}/${value.metric}`;
    if (baseMetric(value.metric) !== 'fan_running')
      return { kind: 'value', key, point, value, alarm: standing.find(isHere) };
    const alarm = alarms.find((each) => isOfAir(each, air) || (standing.includes(each) && isHere(each)));
    return { kind: 'fan', key, point, value, air: air?.value, alarm };
  });
}

function isOfAir({ metric, subject }: AlarmView, air: Air | undefined): boolean {
  return air !== undefined && metric === air.value.metric && subject.kind === 'point' && subject.id === air.point.id;
}

function roomCells(points: readonly PointView[], rooms: RoomSummary, alarms: readonly AlarmView[]): WallCell[] {
  const { coldest } = rooms;
  const alarmed = (point: PointView) => alarms.find((alarm) => standsOn(alarm, point.id));
  const apart = points
    .filter((point) => isRoom(point) && point !== coldest && alarmed(point) !== undefined)
    .sort((a, b) => (alarmed(a)?.priority ?? 9) - (alarmed(b)?.priority ?? 9))
    .slice(0, ROOMS_APART);
  const alarm = coldest === undefined ? undefined : alarmed(coldest);
  return [
    { kind: 'rooms', key: 'rooms', point: coldest, rooms, alarm },
    ...apart.flatMap((point) => valueCells(point, alarms, undefined)),
  ];
}
