import type { PointView } from '../../../contract/live.ts';
import { baseMetric } from '../format/metric.ts';

/** The floor that all rooms judged now share, °C; null when they differ or none is judged. */
export function commonFloor(points: Iterable<PointView>): number | null {
  const floors = new Set<number>();
  for (const point of points) {
    for (const { metric, band } of point.values) {
      if (baseMetric(metric) === 'room_temperature' && band?.inForce === true && band.low !== null)
        floors.add(band.low);
    }
  }
  const [only] = floors;
  return floors.size === 1 && only !== undefined ? only : null;
}
