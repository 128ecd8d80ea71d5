import type { StorageView } from '../../contract/storage.ts';
import type { IngestLevels } from '../meter.ts';

/** Levels as people are shown them. */
export function storageView({ storing, log, logCap, oldestArrivalAt, store }: IngestLevels): StorageView {
  const outside = store === null ? null : { ...store };
  return { storing, waiting: log, cap: logCap, oldestAt: oldestArrivalAt, store: outside };
}
