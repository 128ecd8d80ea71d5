import type { AlarmRecord } from '../stores/ledger/types.ts';
import type { SiteModel } from '../line/model.ts';

const MINUTES = 6;
/** How far beyond its limit the value of a test is, in the metric's unit. */
const BEYOND = 1.4;

/** An alarm that could be one of this site, for a test: of its own places, with their limits and first steps. */
export function sampleAlarm(
  model: SiteModel,
  { at, areas }: { at: number; areas: readonly string[] | null },
): AlarmRecord {
  const points = [...model.points.values()].filter((point) => areas === null || areas.includes(point.area.id));
  const point = points.find(({ limits }) => limits.some(({ timing }) => !timing.critical)) ?? points[0];
  const limit = point?.limits.find(({ timing }) => !timing.critical);
  const common = {
    id: 0,
    site: model.registry.site,
    raisedAt: at - MINUTES * 60_000,
    returnedAt: null,
    closedAt: null,
    acknowledged: null,
    unknown: false,
    late: false,
    gathers: [],
    detail: null,
  };
  if (point === undefined || limit === undefined) {
    const subject = { kind: 'site', id: model.registry.site } as const;
    const rule = model.rule('system.clock');
    const nothing = { side: null, metric: null, value: null, worst: null, limit: null };
    return { ...common, ...nothing, key: '', rule: rule.id, subject, priority: rule.priority };
  }
  const { standard, side, metric, priority } = limit;
  const value = Number((limit.limit + (side === 'low' ? -BEYOND : BEYOND)).toFixed(1));
  const subject = { kind: 'point', id: point.spec.id } as const;
  return {
    ...common,
    key: '',
    rule: standard,
    side,
    metric,
    priority,
    subject,
    value,
    worst: value,
    limit: limit.limit,
  };
}
