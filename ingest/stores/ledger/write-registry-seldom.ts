import { createRequire } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';
import type * as WriteRegistry from './write-registry.ts';

const load = createRequire(import.meta.url);

/**
 * The writer of registries, loaded when the first one is written: it checks them against their schema, and schemas
 * would take 15 MB of a thread that otherwise has no use for them.
 */
export function seldomRegistryWriter(db: DatabaseSync): WriteRegistry.RegistryWriter {
  let loaded: WriteRegistry.RegistryWriter | undefined;

  function writer(): WriteRegistry.RegistryWriter {
    const { registryWriter } = load('./write-registry.ts') as typeof WriteRegistry;
    return (loaded ??= registryWriter(db));
  }

  return {
    put(registries, at) {
      if (registries.length > 0) writer().put(registries, at);
    },
    change(changes, at) {
      if (changes.length > 0) writer().change(changes, at);
    },
  };
}
