import type { PointView, ValueView } from '../../../contract/live.ts';
import { baseMetric } from '../format/metric.ts';

export interface RoomSummary {
  readonly total: number;
  /** Rooms whose temperature is known and within its limits; unknown ones never count. */
  readonly inBand: number;
  readonly unknown: number;
  readonly coldest: PointView | undefined;
  /** Rooms with nothing to see: the coldest one stands for them. */
  readonly folded: ReadonlySet<string>;
}

/** As many rooms as are listed one by one. */
const LISTED = 4;

/** What a floor of many rooms comes down to; null where they are few enough to be listed. */
export function roomSummary(points: readonly PointView[]): RoomSummary | null {
  const rooms = points.filter((point) => point.role === 'dormitory_room');
  if (rooms.length <= LISTED) return null;
  const known = rooms.filter((room) => ['inside', 'outside', 'not_judged'].includes(temperature(room)?.state ?? ''));
  const coldest = known.toSorted(
    (a, b) => (temperature(a)?.value ?? Infinity) - (temperature(b)?.value ?? Infinity),
  )[0];
  const inBand = rooms.filter((room) => temperature(room)?.state === 'inside');
  const dull = (room: PointView) =>
    room.alarm === null &&
    room.values.every(({ state, stored }) => stored && (state === 'inside' || state === 'not_judged'));
  return {
    total: rooms.length,
    inBand: inBand.length,
    unknown: rooms.length - known.length,
    coldest,
    folded: new Set(rooms.filter((room) => room !== coldest && dull(room)).map((room) => room.id)),
  };
}

function temperature(room: PointView): ValueView | undefined {
  return room.values.find((value) => baseMetric(value.metric) === 'room_temperature');
}
