import { CommitFailed, type Ledger } from './types.ts';

/**
 * One ledger, and who may try it. From a commit that fails to one that passes only the line touches the file: everybody
 * else is refused at once, instead of each waiting for the same lock in turn.
 */
export interface Gate {
  /** The line's way. */
  readonly line: Ledger;
  /** Everybody else's. While it is shut, what changes something rejects with CommitFailed. */
  readonly others: Ledger;
  /** The same in front of what stands between the line and its ledger. */
  before(ledger: Ledger): Ledger;
  /** Told of every failure that may pass: the listener has to see to it that the line tries. Without one nothing is shut. */
  onTrouble(listener: () => void): void;
}

export function createGate(ledger: Ledger): Gate {
  let failed: CommitFailed | undefined;
  let trouble: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time: what waits behind a commit that fails has not begun to wait for the lock itself. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  const line: Ledger = {
    ...ledger,
    commit: (batch) => inTurn(() => attempt(() => ledger.commit(batch))),
  };

  async function attempt(commit: () => Promise<void>): Promise<void> {
    try {
      await commit();
      failed = undefined;
    } catch (error) {
      // One that finds fault with the batch has looked at the file.
      failed = error instanceof CommitFailed && error.transient ? error : undefined;
      if (failed !== undefined) trouble?.();
      throw error;
    }
  }

  function refuse(): void {
    if (failed === undefined || trouble === undefined) return;
    const { message, sqliteCode } = failed;
    throw new CommitFailed(`Nothing can be committed: ${message}`, { transient: true, sqliteCode, cause: failed });
  }

  function before(behind: Ledger): Ledger {
    const shut = async <T>(work: () => Promise<T>): Promise<T> => {
      refuse();
      return work();
    };
    return {
      ...behind,
      commit: (batch) => shut(() => behind.commit(batch)),
      trim: (upTo) => shut(() => behind.trim(upTo)),
      expire: (limits) => shut(() => behind.expire(limits)),
    };
  }

  const waiting: Ledger = {
    ...ledger,
    commit: (batch) =>
      inTurn(async () => {
        refuse();
        await attempt(() => ledger.commit(batch));
      }),
  };

  return { line, others: before(waiting), before, onTrouble: (listener) => void (trouble = listener) };
}
