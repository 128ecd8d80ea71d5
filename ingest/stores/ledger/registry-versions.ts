import type { DatabaseSync } from 'node:sqlite';
import { Compile } from 'typebox/compile';
import { SiteRegistry } from '../../../contract/registry.ts';
import { json, parse, type Row } from './parse.ts';

const stored = Compile(SiteRegistry);

/** A registry as it stands in a row. */
export const readRegistry = (row: Row): SiteRegistry => parse(stored, 'registry', json(row['document']));

/** What decided a site's standards from a moment on (ms epoch), until the next version. */
export interface RegistryVersion {
  readonly since: number;
  /** Without devices and bindings, which carry their own times. */
  readonly registry: SiteRegistry;
}

export interface RegistryVersionReader {
  /** Ascending; the oldest one holds for what is older, too. Empty: no such site. */
  registryVersions(site: string): readonly RegistryVersion[];
  /** When the journal first tells of a site's registry (ms epoch); null: it does not. */
  registeredAt(site: string): number | null;
}

export function registryVersionReader(db: DatabaseSync): RegistryVersionReader {
  const versions = db.prepare('SELECT since, document FROM registry_version WHERE site = ? ORDER BY since');
  const first = db.prepare("SELECT min(at) AS at FROM system_event WHERE kind = 'registry.changed' AND site = ?");
  return {
    registryVersions: (site) =>
      versions.all(site).map((row) => ({ since: Number(row['since']), registry: readRegistry(row) })),
    registeredAt(site) {
      const at = first.get(site)?.['at'];
      return typeof at === 'number' ? at : null;
    },
  };
}

/** Keeps a version of each registry that changes what limits it gives. Part of the transaction that writes it. */
export function registryVersionWriter(db: DatabaseSync): (registry: SiteRegistry, at: number) => void {
  const newest = db.prepare('SELECT since, document FROM registry_version WHERE site = ? ORDER BY since DESC LIMIT 1');
  const put = db.prepare('INSERT OR REPLACE INTO registry_version VALUES (?, ?, ?)');
  return (registry, at) => {
    const row = newest.get(registry.site);
    const now = ruling(registry);
    const since = row === undefined ? 0 : sinceOf(readRegistry(row), now, { known: Number(row['since']), at });
    put.run(registry.site, since, JSON.stringify(now));
  };
}

/** What is only added changes nothing for what was there: it joins the version that holds. */
function sinceOf(before: SiteRegistry, now: SiteRegistry, { known, at }: { known: number; at: number }): number {
  const areas = new Set(before.areas.map(({ id }) => id));
  const points = new Set(before.points.map(({ id }) => id));
  const old = {
    ...now,
    areas: now.areas.filter(({ id }) => areas.has(id)),
    points: now.points.filter(({ id }) => points.has(id)),
  };
  // A clock that was set back: the newer version holds from its own time on all the same.
  return JSON.stringify(ruling(before)) === JSON.stringify(old) ? known : Math.max(known, at);
}

/** The part of a registry that decides on limits and when they are in force; its keys in one order. */
function ruling(registry: SiteRegistry): SiteRegistry {
  const { site, name, timezone, heatingSeason, openingHours, standards, overrides, areas, points } = registry;
  return {
    site,
    name,
    timezone,
    ...(heatingSeason === undefined ? {} : { heatingSeason }),
    ...(openingHours === undefined ? {} : { openingHours }),
    ...(standards === undefined ? {} : { standards }),
    ...(overrides === undefined ? {} : { overrides }),
    areas,
    points,
    devices: [],
    bindings: [],
  };
}
