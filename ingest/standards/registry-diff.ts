import type { BindingSpec, SiteRegistry } from '../../contract/registry.ts';

export type RegistryPart = 'site' | 'area' | 'point' | 'device' | 'binding' | 'override';

/** One thing that an import would add, take away or change. */
export interface RegistryDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly part: RegistryPart;
  /** Id; of a binding `device metric → point`, of an override its standard. */
  readonly id: string;
  /** Keys that differ; JSON values, undefined where a key is absent. */
  readonly fields: readonly { readonly key: string; readonly before: unknown; readonly after: unknown }[];
}

/** What an import would change; empty when nothing. Before is undefined for a new site. */
export function diffRegistry(before: SiteRegistry | undefined, after: SiteRegistry): readonly RegistryDifference[] {
  const list = (registry: SiteRegistry | undefined) => ({
    area: named(registry?.areas),
    point: named(registry?.points),
    device: named(registry?.devices),
    binding: numbered(registry?.bindings, bindingName),
    // Their order decides which one wins: told apart by their place among those of one standard.
    override: numbered(registry?.overrides, ({ standard }) => standard),
  });
  const [old, fresh] = [list(before), list(after)];
  return [
    ...compare('site', siteEntry(before), siteEntry(after)),
    ...(['area', 'point', 'device', 'binding', 'override'] as const).flatMap((part) =>
      compare(part, old[part], fresh[part]),
    ),
  ];
}

/** Lines for a dry run: `+ point mens-pool`, `- device gw9`, `~ override base.water: low 41 → 42`. */
export function renderDifference({ change, part, id, fields }: RegistryDifference): string {
  const sign = { added: '+', removed: '-', changed: '~' }[change];
  const shown = fields.map(({ key, before, after }) =>
    change === 'changed'
      ? `${key} ${text(before)} → ${text(after)}`
      : `${key} ${text(change === 'added' ? after : before)}`,
  );
  return `${sign} ${part} ${id}${shown.length === 0 ? '' : `: ${shown.join(', ')}`}`;
}

type Entries = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

function siteEntry(registry: SiteRegistry | undefined): Entries {
  if (registry === undefined) return new Map();
  const {
    site,
    areas: _areas,
    points: _points,
    devices: _devices,
    bindings: _bindings,
    overrides: _overrides,
    ...rest
  } = registry;
  return new Map([[site, rest]]);
}

function named(entries: readonly { readonly id: string }[] = []): Entries {
  return new Map(entries.map(({ id, ...rest }) => [id, rest]));
}

/** Entries without an id of their own: the second of a name is `name (2)`. */
function numbered<T extends object>(entries: readonly T[] = [], nameOf: (entry: T) => string): Entries {
  const counts = new Map<string, number>();
  return new Map(
    entries.map((entry) => {
      const name = nameOf(entry);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return [count === 1 ? name : `${name} (${count})`, Object.fromEntries(Object.entries(entry))];
    }),
  );
}

function bindingName({ device, metric, point, since }: BindingSpec): string {
  return `${device} ${metric} → ${point}${since === undefined ? '' : ` since ${since}`}`;
}

function compare(part: RegistryPart, before: Entries, after: Entries): RegistryDifference[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids.flatMap((id): RegistryDifference[] => {
    const [old, fresh] = [before.get(id), after.get(id)];
    const change = old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed';
    const fields = differingFields(old ?? {}, fresh ?? {});
    return change === 'changed' && fields.length === 0 ? [] : [{ change, part, id, fields }];
  });
}

function differingFields(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => text(before[key]) !== text(after[key]))
    .map((key) => ({ key, before: before[key], after: after[key] }));
}

/** JSON with sorted keys, so that order alone is no difference. */
function text(value: unknown): string {
  if (value === undefined) return '(none)';
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{ ${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${key}: ${text(one)}`)
    .join(', ')} }`;
}
