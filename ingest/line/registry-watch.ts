import type { Instant } from '../../contract/clock.ts';
import type { Catalogue } from '../standards/types.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { takeIfNew } from './registry.ts';
import type { World } from './world.ts';

export interface RegistryWatchOptions {
  readonly world: World;
  readonly catalogue: Catalogue;
  readonly reader: Pick<LedgerReader, 'registryRevision' | 'registries'>;
  /** As of the start. */
  readonly revision: number;
  readonly enqueue: (judge: () => void) => void;
  readonly onChanged: (site: string) => void;
}

/** Takes over what other processes write to the registry. */
export function createRegistryWatch(options: RegistryWatchOptions) {
  const { world, catalogue, reader, enqueue, onChanged } = options;
  let { revision } = options;

  /** Read when its turn comes: what was read earlier could undo a change that walked the line before it. */
  function takeOver(now: Instant): void {
    for (const registry of reader.registries()) {
      if (world.pending.registryChanges.has(registry.site)) continue;
      if (takeIfNew(world, registry, catalogue, now)) onChanged(registry.site);
    }
  }

  return {
    /** Called by tick: one short read while nothing changes. */
    look(now: Instant): void {
      const found = reader.registryRevision();
      if (found === revision) return;
      revision = found;
      enqueue(() => takeOver(now));
    },
    /** The world may hold what the ledger does not: everything is compared at the next tick. */
    doubt(): void {
      revision = NaN;
    },
  };
}
