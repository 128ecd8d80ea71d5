import { metricSpec } from '../../contract/metrics.ts';
import type { Role } from '../../contract/registry.ts';

interface Domain {
  readonly from: number;
  readonly to: number;
}

/** What a band's track spans: one domain per role, so that pointers align down a column. */
const BY_ROLE: Partial<Record<Role, Domain>> = {
  pool: { from: 34, to: 54 },
  shower_outlet: { from: 34, to: 54 },
  header: { from: 40, to: 70 },
  tank: { from: 45, to: 80 },
  bath_hall: { from: 15, to: 40 },
  changing_room: { from: 15, to: 35 },
  dormitory_room: { from: 10, to: 35 },
};

const BY_METRIC: Readonly<Record<string, Domain>> = {
  co2: { from: 400, to: 2_000 },
  humidity: { from: 0, to: 100 },
  queue_wait: { from: 0, to: 30 },
};

export function domainOf(role: Role, metric: string): Domain {
  const temperature = metric === 'water_temperature' || metric === 'room_temperature';
  const known = temperature ? BY_ROLE[role] : BY_METRIC[metric];
  if (known !== undefined) return known;
  const spec = metricSpec(metric);
  return spec === undefined ? { from: 0, to: 100 } : { from: spec.min, to: spec.max };
}
