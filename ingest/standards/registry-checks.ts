import { METRIC_NAMES, metricSpec } from '../../contract/metrics.ts';
import {
  EVENTS_BINDING,
  type BindingSpec,
  type OpeningWindow,
  type SiteRegistry,
  type StandardOverride,
} from '../../contract/registry.ts';
import { CRITICAL_ON_DELAY } from './catalogue.ts';
import { closest } from './closest.ts';
import { isDate, isMonthDay, isTimeZone, momentOf } from './calendar-checks.ts';
import { limitsFor } from './resolve.ts';
import type { BuiltInRule, Catalogue, Standard } from './types.ts';
import type { Finding, Path } from './yaml-shape.ts';

/** What is wrong with a registry beyond its form. Empty when it can be used. */
export function checkRegistry(registry: SiteRegistry, catalogue: Catalogue): readonly Finding[] {
  return [
    ...checkIds(registry),
    ...checkCalendar(registry),
    ...checkBindings(registry),
    ...checkPacks(registry, catalogue),
    ...checkOverrides(registry, catalogue),
    ...checkBands(registry, catalogue),
  ];
}

function checkIds({ areas, points, devices }: SiteRegistry): Finding[] {
  const areaIds = idsOf(areas);
  return [
    ...twice('areas', areas),
    ...twice('points', points),
    ...twice('devices', devices),
    ...points.flatMap(({ area }, index) => unknownId(['points', index, 'area'], area, areaIds, 'area')),
  ];
}

function twice(list: string, entries: readonly { readonly id: string }[]): Finding[] {
  const first = new Map<string, number>();
  return entries.flatMap(({ id }, index) => {
    const before = first.get(id);
    first.set(id, before ?? index);
    return before === undefined
      ? []
      : [{ path: [list, index, 'id'], message: `"${id}" is also ${list}[${before}]; ids are unique` }];
  });
}

function checkCalendar({ timezone, heatingSeason, openingHours = [], areas }: SiteRegistry): Finding[] {
  const findings: Finding[] = [];
  const report = (path: Path, message: string) => void findings.push({ path, message });
  if (!isTimeZone(timezone)) {
    const meant = closest(timezone, Intl.supportedValuesOf('timeZone'));
    report(
      ['timezone'],
      `"${timezone}" is no time zone; ${meant === undefined ? 'write an IANA name such as Asia/Shanghai' : `"${meant}" was probably meant`}`,
    );
  }
  for (const key of ['from', 'to'] as const) {
    const day = heatingSeason?.[key];
    if (day !== undefined && !isMonthDay(day)) report(['heatingSeason', key], `no year has the day ${day}`);
  }
  heatingSeason?.overrides?.forEach(({ from, to }, index) => {
    const path = ['heatingSeason', 'overrides', index];
    for (const [key, date] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (!isDate(date)) report([...path, key], `there is no ${date} in the calendar`);
    }
    if (from > to) report([...path, 'to'], `${to} is before ${from}; "from" is the first day, "to" the last`);
  });
  const windows = (path: Path, list: readonly OpeningWindow[]) =>
    list.forEach(({ from }, index) => {
      if (from === '24:00') report([...path, index, 'from'], 'a window begins at "00:00" of the day, not at "24:00"');
    });
  windows(['openingHours'], openingHours);
  areas.forEach((area, index) => windows(['areas', index, 'openingHours'], area.openingHours ?? []));
  return findings;
}

function checkBindings({ bindings, points, devices }: SiteRegistry): Finding[] {
  const pointIds = idsOf(points);
  const deviceIds = idsOf(devices);
  return [
    ...bindings.flatMap((binding, index) => {
      const path = ['bindings', index];
      return [
        ...unknownId([...path, 'device'], binding.device, deviceIds, 'device'),
        ...unknownId([...path, 'point'], binding.point, pointIds, 'point'),
        ...checkMetric(path, binding),
        ...checkExpectation(path, binding),
        ...checkTimes(path, binding),
      ];
    }),
    ...overlaps(
      bindings,
      ({ device, metric }) => `${device} ${metric}`,
      'gives the same metric to a point at the same time',
    ),
    // Two sensors that take turns in one series would hide what either of them sees alone.
    ...overlaps(
      bindings.map((one) => (one.metric === EVENTS_BINDING ? undefined : one)),
      ({ point, metric }) => `${point} ${metricName(metric)}`,
      'feeds the same metric of this point at the same time; give the second sensor a point of its own',
    ),
  ];
}

function metricName(key: string): string {
  return key.split('.')[0] ?? key;
}

function checkMetric(path: Path, { metric }: BindingSpec): Finding[] {
  const name = metricName(metric);
  if (metric === EVENTS_BINDING || metricSpec(name) !== undefined) return [];
  const known = [...METRIC_NAMES, EVENTS_BINDING];
  return unknownId([...path, 'metric'], name, new Set(known), 'metric');
}

function checkExpectation(path: Path, { metric, interval, longestSilence }: BindingSpec): Finding[] {
  if (interval !== undefined && longestSilence !== undefined) {
    return [
      { path: [...path, 'longestSilence'], message: 'stands beside "interval"; keep the one that the device does' },
    ];
  }
  if (metric === EVENTS_BINDING || interval !== undefined || longestSilence !== undefined) return [];
  const message = '"interval" is missing: seconds between reports; or "longestSilence" for what reports on change';
  return [{ path, message }];
}

function checkTimes(path: Path, { since, until }: BindingSpec): Finding[] {
  const findings: Finding[] = [];
  for (const [key, text] of [
    ['since', since],
    ['until', until],
  ] as const) {
    if (text === undefined || momentOf(text) !== undefined) continue;
    findings.push({
      path: [...path, key],
      message: `"${text}" is no moment; write one with its zone, such as "2026-11-15T08:00:00+08:00"`,
    });
  }
  const [start, end] = [since, until].map((text) => (text === undefined ? undefined : momentOf(text)));
  if (start !== undefined && end !== undefined && end <= start) {
    findings.push({ path: [...path, 'until'], message: `${until} is not after ${since}` });
  }
  return findings;
}

/** Bindings that share a key and a time; undefined ones are left out. */
function overlaps(
  bindings: readonly (BindingSpec | undefined)[],
  keyOf: (binding: BindingSpec) => string,
  what: string,
): Finding[] {
  const spans = bindings.flatMap((binding, index) => {
    if (binding === undefined) return [];
    const from = binding.since === undefined ? -Infinity : (momentOf(binding.since) ?? NaN);
    const to = binding.until === undefined ? Infinity : (momentOf(binding.until) ?? NaN);
    return from < to ? [{ key: keyOf(binding), index, from, to }] : [];
  });
  return [...Map.groupBy(spans, ({ key }) => key).values()].flatMap((group) => {
    const sorted = group.sort((a, b) => a.from - b.from || a.index - b.index);
    return sorted.slice(1).flatMap((span, place) => {
      const before = sorted.slice(0, place + 1).reduce((latest, one) => (one.to > latest.to ? one : latest));
      if (before.to <= span.from) return [];
      const [first, second] = [before.index, span.index].sort((a, b) => a - b);
      return [
        {
          path: ['bindings', second ?? 0],
          message: `bindings[${first}] ${what}; end one with "until" before the other's "since"`,
        },
      ];
    });
  });
}

function checkPacks({ standards = [] }: SiteRegistry, catalogue: Catalogue): Finding[] {
  const packs = new Set(catalogue.standards.map(({ pack }) => pack).filter((pack) => pack !== 'base'));
  return standards.flatMap((pack, index) =>
    pack === 'base'
      ? [{ path: ['standards', index], message: 'the base standard is always on; leave it out' }]
      : unknownId(['standards', index], pack, packs, 'pack of standards'),
  );
}

function checkOverrides(registry: SiteRegistry, catalogue: Catalogue): Finding[] {
  const standards = new Map(catalogue.standards.map((one) => [one.id, one]));
  const rules = new Map<string, BuiltInRule>(catalogue.rules);
  const pointIds = idsOf(registry.points);
  return (registry.overrides ?? []).flatMap((override, index) => {
    const path = ['overrides', index];
    const unknownPoints = (override.points ?? []).flatMap((point, place) =>
      unknownId([...path, 'points', place], point, pointIds, 'point'),
    );
    const standard = standards.get(override.standard);
    if (standard !== undefined)
      return [...unknownPoints, ...checkStandardOverride(path, override, { standard, registry })];
    if (rules.has(override.standard)) return [...unknownPoints, ...checkRuleOverride(path, override)];
    return [
      ...unknownPoints,
      ...unknownId(
        [...path, 'standard'],
        override.standard,
        new Set([...standards.keys(), ...rules.keys()]),
        'standard or rule',
      ),
    ];
  });
}

function checkStandardOverride(
  path: Path,
  override: StandardOverride,
  { standard, registry }: { standard: Standard; registry: SiteRegistry },
): Finding[] {
  const findings: Finding[] = [];
  const report = (key: string | number, message: string) => void findings.push({ path: [...path, key], message });
  for (const side of ['low', 'high'] as const) {
    const limit = override[side];
    if (limit === undefined) continue;
    const entry = standard[side];
    if (entry === null)
      report(side, `${standard.id} has no ${side} limit; it judges ${side === 'low' ? '"high"' : '"low"'} alone`);
    else if (standard.critical && (side === 'high' ? limit > entry.limit : limit < entry.limit)) {
      report(side, `${limit} is laxer than ${entry.limit}; a critical limit may only be made stricter`);
    }
  }
  if (standard.critical && (override.onDelay ?? 0) * 1_000 > CRITICAL_ON_DELAY) {
    report('onDelay', `a critical limit acts within ${CRITICAL_ON_DELAY / 1_000} s`);
  }
  override.points?.forEach((id, place) => {
    const role = registry.points.find((point) => point.id === id)?.role;
    if (role === undefined || standard.roles.includes(role)) return;
    findings.push({
      path: [...path, 'points', place],
      message: `${standard.id} is for ${standard.roles.join(', ')}; "${id}" is a ${role}`,
    });
  });
  return findings;
}

function checkRuleOverride(path: Path, override: StandardOverride): Finding[] {
  const findings: Finding[] = [];
  for (const key of ['low', 'high', 'deadband'] as const) {
    if (override[key] !== undefined)
      findings.push({
        path: [...path, key],
        message: `${override.standard} has no limit; it has "onDelay" and "offDelay"`,
      });
  }
  // Between two successes a terminal says that it is there, which is no success: an off-delay would never end.
  if (override.standard === 'terminal.frozen' && (override.offDelay ?? 0) > 0) {
    findings.push({
      path: [...path, 'offDelay'],
      message: 'terminal.frozen ends with the first success; leave "offDelay" out',
    });
  }
  if (override.points !== undefined && /^(device|system)\./.test(override.standard)) {
    findings.push({
      path: [...path, 'points'],
      message: `${override.standard} is not about points; leave "points" out`,
    });
  }
  return findings;
}

/** Low has to stay below high wherever the overrides leave both. */
function checkBands(registry: SiteRegistry, catalogue: Catalogue): Finding[] {
  const overrides = registry.overrides ?? [];
  const findings = new Map<number, Finding>();
  for (const point of overrides.length === 0 ? [] : registry.points) {
    const limits = limitsFor(catalogue, registry, point);
    for (const { standard, limit: low } of limits.filter(({ side }) => side === 'low')) {
      const high = limits.find((one) => one.standard === standard && one.side === 'high')?.limit;
      if (high === undefined || low < high) continue;
      const index = overrides.findLastIndex(
        (one) => one.standard === standard && (one.points?.includes(point.id) ?? true),
      );
      const message = `leaves ${standard} at "${point.id}" a low limit of ${low} and a high one of ${high}; low has to be below high`;
      if (!findings.has(index)) findings.set(index, { path: ['overrides', index], message });
    }
  }
  return [...findings.values()];
}

function idsOf(entries: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(entries.map(({ id }) => id));
}

function unknownId(path: Path, id: string, known: ReadonlySet<string>, kind: string): Finding[] {
  if (known.has(id)) return [];
  const meant = closest(id, known);
  const some = [...known].slice(0, 12).join(', ');
  const right =
    meant !== undefined ? `"${meant}" was probably meant` : some === '' ? `there is none yet` : `known are ${some}`;
  return [{ path, message: `there is no ${kind} "${id}"; ${right}` }];
}
