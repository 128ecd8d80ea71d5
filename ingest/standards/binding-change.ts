import type { BindBody } from '../../contract/devices.ts';
import { METRIC_NAMES, metricSpec } from '../../contract/metrics.ts';
import type { BindingSpec, SiteRegistry } from '../../contract/registry.ts';
import { checkRegistry } from './registry-checks.ts';
import type { Catalogue } from './types.ts';

export interface BindingChange {
  readonly registry: SiteRegistry;
  /** Fed the same metric of the point, and ends. */
  readonly replaced: BindingSpec | null;
}

export type FieldFaults = readonly { readonly field: string; readonly message: string }[];

/** A registry with one more binding from a moment (ms epoch) on; what fed the point before ends then. */
export function changeBinding(
  registry: SiteRegistry,
  body: BindBody,
  { since, catalogue }: { since: number; catalogue: Catalogue },
): BindingChange | { readonly fields: FieldFaults } {
  const { device, metric, point, interval } = body;
  const faults = [...deviceFaults(registry, body), ...pointFaults(registry, body)];
  if (faults.length > 0) return { fields: faults };

  const start = new Date(since).toISOString();
  const isLater = ({ until }: BindingSpec) => until === undefined || Date.parse(until) > since;
  const isNow = (one: BindingSpec) => isLater(one) && (one.since === undefined || Date.parse(one.since) < since);
  const others = registry.bindings.filter(isLater);
  const same = others.find((one) => one.device === device && one.metric === metric);
  if (same !== undefined)
    return { fields: [{ field: 'metric', message: `belongs to ${same.point} ${fromWhen(same, since)}` }] };
  const feeding = others.filter((one) => one.point === point.id && nameOf(one.metric) === nameOf(metric));
  const planned = feeding.find((one) => !isNow(one));
  if (planned !== undefined) {
    const message = `gets its ${nameOf(metric)} from ${planned.device} ${fromWhen(planned, since)}`;
    return { fields: [{ field: 'point.id', message }] };
  }

  const created =
    'create' in point
      ? [{ id: point.id, area: point.create.area, name: point.create.name, role: point.create.role }]
      : [];
  const [replaced = null] = feeding;
  const changed: SiteRegistry = {
    ...registry,
    points: [...registry.points, ...created],
    bindings: [
      ...registry.bindings.map((one) => (one === replaced ? { ...one, until: start } : one)),
      { device, metric, point: point.id, interval, since: start },
    ],
  };
  const findings = checkRegistry(changed, catalogue);
  // What was wrong before is no fault of this change.
  const before = findings.length === 0 ? [] : checkRegistry(registry, catalogue);
  const known = new Set(before.map((finding) => JSON.stringify(finding)));
  const fresh = findings.filter((finding) => !known.has(JSON.stringify(finding)));
  if (fresh.length > 0)
    return { fields: fresh.slice(0, 20).map(({ path, message }) => ({ field: path.join('.'), message })) };
  return { registry: changed, replaced };
}

function deviceFaults(registry: SiteRegistry, { device, metric }: BindBody): FieldFaults {
  const faults: { field: string; message: string }[] = [];
  if (!registry.devices.some(({ id }) => id === device))
    faults.push({ field: 'device', message: 'is no device of this site' });
  if (metricSpec(nameOf(metric)) === undefined)
    faults.push({ field: 'metric', message: `is no metric; the metrics are ${METRIC_NAMES.join(', ')}` });
  return faults;
}

function pointFaults(registry: SiteRegistry, { point }: BindBody): FieldFaults {
  const exists = registry.points.some(({ id }) => id === point.id);
  if (!('create' in point)) return exists ? [] : [{ field: 'point.id', message: 'is no point of this site' }];
  const faults: { field: string; message: string }[] = [];
  if (exists) faults.push({ field: 'point.id', message: 'is taken by another point: choose another' });
  if (!registry.areas.some(({ id }) => id === point.create.area))
    faults.push({ field: 'point.create.area', message: 'is no area of this site' });
  return faults;
}

function fromWhen({ since }: BindingSpec, at: number): string {
  return since === undefined || Date.parse(since) <= at ? 'already' : `from ${since} on`;
}

function nameOf(key: string): string {
  return key.split('.')[0] ?? key;
}
