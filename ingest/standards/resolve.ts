import type { PointSpec, SiteRegistry, StandardOverride } from '../../contract/registry.ts';
import type { BuiltInRule, BuiltInRuleId, Catalogue, CatalogueSide, PointLimit, Standard } from './types.ts';

const BASE = 'base';

/** The limits that hold for a point: base and the packs its site switched on, overrides taken in. A later override wins. */
export function limitsFor(catalogue: Catalogue, registry: SiteRegistry, point: PointSpec): readonly PointLimit[] {
  return catalogue.standards
    .filter(({ pack, roles }) => isOn(registry, pack) && roles.includes(point.role))
    .flatMap((standard) => {
      const changes = changesTo(registry, standard.id, point.id);
      return (['low', 'high'] as const).flatMap((side) => {
        const entry = standard[side];
        return entry === null
          ? []
          : [{ ...pointLimit(standard, entry, changes), side, limit: changes[side] ?? entry.limit }];
      });
    });
}

/** A built-in rule with its site's overrides; with a point given, those for it too. */
export function ruleFor(
  catalogue: Catalogue,
  registry: SiteRegistry,
  rule: BuiltInRuleId,
  point?: string,
): BuiltInRule {
  const entry = catalogue.rules.get(rule);
  if (entry === undefined) throw new Error(`the catalogue has no rule ${rule}; add it to rules.yaml`);
  const { onDelay, offDelay } = changesTo(registry, rule, point);
  return {
    ...entry,
    onDelay: onDelay === undefined ? entry.onDelay : onDelay * 1_000,
    offDelay: offDelay === undefined ? entry.offDelay : offDelay * 1_000,
  };
}

function isOn(registry: SiteRegistry, pack: string): boolean {
  return pack === BASE || (registry.standards ?? []).includes(pack);
}

/** Everything that the overrides say about a standard or rule at a point, one after the other. */
function changesTo(registry: SiteRegistry, standard: string, point: string | undefined): Partial<StandardOverride> {
  const applying = (registry.overrides ?? []).filter(
    (one) =>
      one.standard === standard && (one.points === undefined || (point !== undefined && one.points.includes(point))),
  );
  return applying.reduce<Partial<StandardOverride>>((all, one) => ({ ...all, ...one }), {});
}

function pointLimit(
  standard: Standard,
  { reached, title, response }: CatalogueSide,
  changes: Partial<StandardOverride>,
): Omit<PointLimit, 'side' | 'limit'> {
  return {
    standard: standard.id,
    metric: standard.metric,
    ...(reached === true ? { reached } : {}),
    deadband: changes.deadband ?? standard.deadband,
    timing: {
      onDelay: changes.onDelay === undefined ? standard.onDelay : changes.onDelay * 1_000,
      offDelay: changes.offDelay === undefined ? standard.offDelay : changes.offDelay * 1_000,
      critical: standard.critical,
    },
    applies: standard.applies,
    priority: standard.priority,
    compliance: standard.compliance,
    title,
    response,
  };
}
