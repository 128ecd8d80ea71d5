import type { DatabaseSync } from 'node:sqlite';
import { Compile } from 'typebox/compile';
import { SiteRegistry } from '../../../contract/registry.ts';
import { registryVersionWriter } from './registry-versions.ts';
import { RegistryChanged, type RegistryChange } from './types.ts';

const registrySchema = Compile(SiteRegistry);

/** A registry that its schema refuses; repeating it cannot help. */
export class InvalidRegistry extends Error {
  override readonly name = 'InvalidRegistry';
}

export interface RegistryWriter {
  /** `at`: ms epoch of the commit. */
  put(registries: readonly SiteRegistry[], at: number): void;
  /** @throws RegistryChanged */
  change(changes: readonly RegistryChange[], at: number): void;
}

/** @public Loaded by write-registry-seldom.ts when it is needed. */
export function registryWriter(db: DatabaseSync): RegistryWriter {
  // One counter for all sites, raised within the transaction: other processes write too.
  const raise = db.prepare('UPDATE head SET registry_revision = registry_revision + 1');
  const put = db.prepare(`INSERT INTO registry VALUES (?, ?, (SELECT registry_revision FROM head))
    ON CONFLICT (site) DO UPDATE SET document = excluded.document, revision = excluded.revision`);

  const revisionOf = db.prepare('SELECT revision FROM registry WHERE site = ?');

  const keepVersion = registryVersionWriter(db);

  function write(registry: SiteRegistry, at: number): void {
    if (!registrySchema.Check(registry)) {
      const [first] = registrySchema.Errors(registry);
      throw new InvalidRegistry(`The registry is not valid at ${first?.instancePath || '/'}: ${first?.message ?? '?'}`);
    }
    raise.run();
    put.run(registry.site, JSON.stringify(registry));
    keepVersion(registry, at);
  }

  return {
    put(registries, at) {
      for (const registry of registries) write(registry, at);
    },
    change(changes, at) {
      for (const { registry, revision } of changes) {
        if (revisionOf.get(registry.site)?.['revision'] !== revision)
          throw new RegistryChanged(`The registry of ${registry.site} was changed by somebody else meanwhile.`);
        write(registry, at);
      }
    },
  };
}
