import { CommitFailed, type Ledger, type LedgerBatch, type SystemEvent } from '../stores/ledger/types.ts';
import { createDeferred } from './deferred.ts';
import type { Item } from './item.ts';
import type { World } from './world.ts';

/** What is judged while readings are not stored, and how it reaches the ledger all the same. */
export interface Outage {
  /** Keeps what of a batch is to be committed later: all but readings, events and quarantine. */
  add(batch: LedgerBatch): void;
  note(event: SystemEvent): void;
  /** The commit of this batch failed: it may be in the ledger all the same, and with it what `commands` asked for. */
  doubt(batch: LedgerBatch, commands?: readonly Item[]): void;
  /**
   * Looks up what is in doubt. A writer that was lost may have committed before: its rows must not be written twice.
   * False: nobody can tell yet. Asked while nothing is being judged.
   */
  dispel(): Promise<boolean>;
  /** Commits what was kept. `some`: the ledger refused rows of it, which are gone; `failing`: try again later. */
  commit(at: number): Promise<'all' | 'some' | 'failing'>;
  attempt(batch: LedgerBatch): Promise<'stored' | 'failing' | 'refused'>;
}

export interface OutageOptions {
  readonly world: Pick<World, 'foundStored'>;
  readonly ledger: Pick<Ledger, 'commit' | 'committed'>;
  /** A batch that was in doubt is in the ledger. */
  readonly onFound: (batch: LedgerBatch, commands: readonly Item[]) => void;
  readonly onError: (error: unknown) => void;
}

export function createOutage({ world, ledger, onFound, onError }: OutageOptions): Outage {
  const deferred = createDeferred();
  let doubtful: { readonly batch: LedgerBatch; readonly commands: readonly Item[] }[] = [];

  async function attempt(batch: LedgerBatch): Promise<'stored' | 'failing' | 'refused'> {
    try {
      await ledger.commit(batch);
      return 'stored';
    } catch (error) {
      onError(error);
      if (!(error instanceof CommitFailed && error.transient)) return 'refused';
      doubt(batch);
      return 'failing';
    }
  }

  function doubt(batch: LedgerBatch, commands: readonly Item[] = []): void {
    doubtful.push({ batch, commands });
  }

  async function dispel(): Promise<boolean> {
    for (let first = doubtful[0]; first !== undefined; first = doubtful[0]) {
      const { batch, commands } = first;
      try {
        if (await ledger.committed(batch)) {
          deferred.forget(batch);
          // Nothing was appended since: what comes again is a repeat.
          if (batch.arrivals !== undefined) world.foundStored(batch.arrivals);
          onFound(batch, commands);
        }
      } catch (error) {
        onError(error);
        return false;
      }
      doubtful = doubtful.slice(1);
    }
    return true;
  }

  return {
    add: (batch) => deferred.add(batch),
    note: (event) => deferred.note(event),
    doubt,
    dispel,
    attempt,
    async commit(at) {
      const whole = await attempt(deferred.batch(at));
      if (whole === 'failing') return 'failing';
      if (whole === 'stored') {
        deferred.clear();
        return 'all';
      }
      // A row that is refused must not keep the others from the disk, nor the line from storing.
      for (const part of deferred.parts(at)) {
        if ((await attempt(part)) === 'failing') return 'failing';
        deferred.forget(part);
      }
      deferred.clear();
      return 'some';
    },
  };
}
