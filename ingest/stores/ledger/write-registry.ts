import type { DatabaseSync } from 'node:sqlite';
import { Compile } from 'typebox/compile';
import { SiteRegistry } from '../../../contract/registry.ts';

const registrySchema = Compile(SiteRegistry);

/** A registry that its schema refuses; repeating it cannot help. */
export class InvalidRegistry extends Error {
  override readonly name = 'InvalidRegistry';
}

export function registryWriter(db: DatabaseSync): (registries: readonly SiteRegistry[]) => void {
  // One counter for all sites, raised within the transaction: other processes write too.
  const raise = db.prepare('UPDATE head SET registry_revision = registry_revision + 1');
  const put = db.prepare(`INSERT INTO registry VALUES (?, ?, (SELECT registry_revision FROM head))
    ON CONFLICT (site) DO UPDATE SET document = excluded.document, revision = excluded.revision`);

  return (registries) => {
    for (const registry of registries) {
      if (!registrySchema.Check(registry)) {
        const [first] = registrySchema.Errors(registry);
        throw new InvalidRegistry(
          `The registry is not valid at ${first?.instancePath || '/'}: ${first?.message ?? '?'}`,
        );
      }
      raise.run();
      put.run(registry.site, JSON.stringify(registry));
    }
  };
}
