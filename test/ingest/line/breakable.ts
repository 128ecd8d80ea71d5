import { CommitFailed, type Ledger } from '../../../ingest/stores/ledger/types.ts';

/** The real ledger behind a switch that makes commits fail as a full disk does. */
export function breakable() {
  const disk = { full: false, poison: undefined as string | undefined };
  const wrap = (real: Ledger): Ledger => ({
    ...real,
    commit(batch) {
      if (disk.full)
        return Promise.reject(new CommitFailed('database or disk is full', { transient: true, sqliteCode: 13 }));
      const poisoned = batch.events?.some(({ id }) => id === disk.poison) === true;
      if (poisoned) return Promise.reject(new CommitFailed('datatype mismatch', { transient: false, sqliteCode: 20 }));
      return real.commit(batch);
    },
  });
  return { disk, wrap };
}
