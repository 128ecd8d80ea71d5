import type { Clock } from '../../contract/clock.ts';
import type { Ledger } from '../stores/ledger/types.ts';
import type { RefusalBook } from './refusal-book.ts';

/** What changed is written so often (ms) and no more, however many are refused: it is a few hundred rows at most. */
export const REFUSALS_WRITTEN_EVERY = 15_000;

export interface RefusalKeeperOptions {
  readonly book: RefusalBook;
  readonly ledger: Pick<Ledger, 'commit' | 'room'>;
  readonly clock: Clock;
  /** False while nothing can be committed. */
  readonly storing: () => boolean;
}

/** Copies the refusals to the ledger, for a restart and for the administrator's commands, which are another process. */
export function keepRefusals({ book, ledger, clock, storing }: RefusalKeeperOptions) {
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    // What is left of a full disk is for alarms.
    if (!storing() || ledger.room() === 'reserve') return;
    const at = clock.now().wall;
    const changes = book.changes(at);
    if (changes.length === 0) return;
    await ledger.commit({ at, refusals: changes }).catch(() => book.changesLost(changes));
  }

  function begin(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }
  const timer = clock.every(REFUSALS_WRITTEN_EVERY, () => void begin());

  return {
    /** Writes what is left. */
    async stop(): Promise<void> {
      timer.cancel();
      await writing;
      await begin();
    },
  };
}
