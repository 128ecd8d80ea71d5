import type { Clock, Timer } from '../../../contract/clock.ts';
import type { QuarantineEntry } from '../../../contract/quarantine.ts';
import type { ForwardReader, ForwardStream } from '../ledger/forwarded.ts';
import type { Ledger } from '../ledger/types.ts';

/** Cursors are kept this long (ms) after they moved: what is sent again after a crash does no harm, a commit per batch would. */
const KEEP_AFTER = 1_000;

export interface CursorOptions {
  readonly ledger: Pick<Ledger, 'commit' | 'room'>;
  readonly reader: Pick<ForwardReader, 'cursor'>;
  readonly clock: Clock;
  /** What is forwarded to; another one begins anew. */
  readonly target: string;
  readonly onError: (error: unknown) => void;
}

/** How far each stream is forwarded, in memory at once and in the ledger soon after. */
export interface Cursors {
  at(stream: ForwardStream): number;
  /** All up to this number is durable in the store. */
  moved(stream: ForwardStream, upto: number): void;
  /** What the store rejected is kept before the cursor may pass it. Rejects with CommitFailed. */
  isolate(entries: readonly QuarantineEntry[]): Promise<void>;
  /** Keeps what moved. */
  close(): Promise<void>;
}

export function createCursors({ ledger, reader, clock, target, onError }: CursorOptions): Cursors {
  const upto: Record<ForwardStream, number> = { arrivals: 0, events: 0, journal: 0 };
  for (const stream of ['arrivals', 'events', 'journal'] as const) {
    const kept = reader.cursor(stream);
    if (kept?.target === target) upto[stream] = kept.upto;
  }
  const unkept = new Set<ForwardStream>();
  let timer: Timer | undefined;
  let keeping: Promise<void> | undefined;

  async function keep(): Promise<void> {
    timer = undefined;
    // What is left of a full disk is for alarms; after a crash then more is sent again.
    if (unkept.size === 0 || ledger.room() === 'reserve') return;
    const streams = [...unkept];
    unkept.clear();
    const forwarded = streams.map((stream) => ({ stream, target, upto: upto[stream] }));
    try {
      await ledger.commit({ at: clock.now().wall, forwarded });
    } catch (error) {
      for (const stream of streams) unkept.add(stream);
      onError(error);
    }
  }

  return {
    at: (stream) => upto[stream],
    moved(stream, to) {
      upto[stream] = to;
      unkept.add(stream);
      timer ??= clock.after(KEEP_AFTER, () => {
        keeping = keep();
      });
    },
    async isolate(entries) {
      if (entries.length > 0) await ledger.commit({ at: clock.now().wall, quarantine: entries });
    },
    async close() {
      timer?.cancel();
      await keeping;
      await keep();
    },
  };
}
