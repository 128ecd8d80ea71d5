import type { Clock } from '../../contract/clock.ts';
import type { DeviceQueries } from '../../contract/query.ts';
import { calendarTime } from '../line/host-clock.ts';
import type { World } from '../line/world.ts';
import type { Catalogue } from '../standards/types.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import { previewBinding } from './bind-preview.ts';
import { quarantineItems, quarantineList } from './quarantine-view.ts';
import type { RefusalBook } from './refusal-book.ts';
import { createUnbound } from './unbound.ts';

export interface DeviceQueryOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly reader: Pick<LedgerReader, 'quarantine'>;
  readonly readings: ReadingsStore;
  readonly refusals: Pick<RefusalBook, 'shown'>;
}

/** What is asked about devices that do not appear. */
export function createDeviceQueries(options: DeviceQueryOptions): DeviceQueries {
  const { world, clock, catalogue, reader, refusals } = options;
  const unbound = createUnbound(options);
  const model = (site: string) => world.models.committed(site);
  const ofSite = <T>(site: string, answer: () => T) => (model(site) === undefined ? undefined : answer());

  return {
    refusals: (site) => ofSite(site, () => ({ refusals: refusals.shown(site, clock.now().wall) })),
    async unbound(site) {
      const known = model(site);
      return known === undefined ? undefined : unbound.list(known);
    },
    preview(site, body) {
      const known = model(site);
      if (known === undefined) return undefined;
      return previewBinding(world, known, { body, catalogue, at: calendarTime(world, clock.now()) });
    },
    quarantine: (site) => ofSite(site, () => quarantineList(reader.quarantine, site)),
    quarantineItems: (site, selection) =>
      ofSite(site, () => quarantineItems(reader.quarantine, { site, selection, now: clock.now().wall })),
  };
}
