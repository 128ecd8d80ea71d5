import type { AlarmSubject, Priority, Side } from '../../contract/alarm.ts';
import type { BuiltInRule, BuiltInRuleId, PointLimit } from '../standards/types.ts';
import type { AlarmTiming } from '../alarms/types.ts';
import { Place } from './place.ts';
import { keyOf } from './keys.ts';

/** One rule on one subject: what its machine needs to know besides its input. */
export interface Watch {
  readonly site: string;
  readonly rule: string;
  readonly side: Side | null;
  readonly subject: AlarmSubject;
  readonly metric: string | null;
  readonly priority: Priority;
  readonly limit: number | null;
  readonly timing: AlarmTiming;
  /** What makes its machine this one and no other. */
  readonly key: string;
  /** Place of its machine in the world's table. */
  readonly machine: Place;
  /** What an alarm of this one stands for besides: the lesser limits on the same side of the same value. */
  readonly covers: readonly Watch[];
}

export function watchKey({ rule, side, subject, metric }: Pick<Watch, 'rule' | 'side' | 'subject' | 'metric'>): string {
  return [rule, side ?? '', subject.kind, subject.id, metric ?? ''].join('|');
}

function named(watch: Omit<Watch, 'key' | 'machine' | 'covers'>, covers: readonly Watch[] = []): Watch {
  const key = watchKey(watch);
  return { ...watch, key, machine: new Place(keyOf.machine(watch.site, key)), covers };
}

/** A limit of a standard on a point; `covers`: the watches of the limits that it stands for. */
export function limitWatch(site: string, point: string, limit: PointLimit, covers: readonly Watch[] = []): Watch {
  const { standard: rule, side, metric, priority, timing } = limit;
  const subject = { kind: 'point', id: point } as const;
  return named({ site, rule, side, subject, metric, priority, limit: limit.limit, timing }, covers);
}

export interface Condition {
  readonly rule: BuiltInRuleId;
  readonly subject: AlarmSubject;
  /** Where a point has one such alarm per metric. */
  readonly metric?: string;
  /** Overrides the rule's on-delay (ms), where part of it has passed before the condition is known. */
  readonly onDelay?: number;
  /** Told by an event that came late. */
  readonly late?: boolean;
  /** What an alarm that it raises shows besides, in no language: addresses. */
  readonly detail?: string;
  /** Made before, for what is asked with each reading. */
  readonly watch?: Watch;
}

/** What of a site's registry decides on its watches. */
interface Rules {
  readonly registry: { readonly site: string };
  readonly points: ReadonlyMap<string, { readonly limits: readonly (PointLimit & { readonly watch: Watch })[] }>;
  readonly devices: { has(id: string): boolean };
  readonly channels: { has(id: string): boolean };
  rule(id: BuiltInRuleId, point?: string): BuiltInRule;
  hasRule(id: string): id is BuiltInRuleId;
}

/** A built-in rule on its subject. */
export function conditionWatch(model: Rules, { watch, rule: id, subject, metric, onDelay }: Condition): Watch {
  if (watch !== undefined) return watch;
  const rule = model.rule(id, subject.kind === 'point' ? subject.id : undefined);
  return named({
    site: model.registry.site,
    rule: id,
    side: null,
    subject,
    metric: metric ?? null,
    priority: rule.priority,
    limit: null,
    timing: { onDelay: onDelay ?? rule.onDelay, offDelay: rule.offDelay, critical: false },
  });
}

/** A condition with its watch, to be asked again and again. */
export function lastingCondition(model: Rules, condition: Condition): Condition {
  return { ...condition, watch: conditionWatch(model, condition) };
}

/** The watch of a machine read back from the ledger; undefined when the registry no longer has its subject or rule. */
export function watchOfKey(model: Rules, key: string): Watch | undefined {
  const [rule = '', side = '', kind = '', id = '', metric = ''] = key.split('|');
  if (kind === 'point') {
    const point = model.points.get(id);
    if (point === undefined) return undefined;
    const limit = point.limits.find((one) => one.standard === rule && one.side === side && one.metric === metric);
    if (limit !== undefined) return limit.watch;
  }
  const known =
    (kind === 'point' ||
      (kind === 'device' && model.devices.has(id)) ||
      kind === 'site' ||
      (kind === 'channel' && model.channels.has(id))) &&
    side === '';
  if (!known || !model.hasRule(rule)) return undefined;
  return conditionWatch(model, { rule, subject: { kind, id }, ...(metric === '' ? {} : { metric }) });
}
