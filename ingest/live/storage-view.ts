import type { StorageView } from '../../contract/storage.ts';
import type { IngestLevels } from '../meter.ts';

/** Levels as people are shown them. */
export function storageView({ storing, log, oldestArrivalAt, store }: IngestLevels): StorageView {
  return { storing, waiting: log, oldestAt: oldestArrivalAt, store: store === null ? null : { ...store } };
}
