import type { ArrivalSeq } from '../arrival.ts';
import type { PackedReadings } from '../packed.ts';
import type { Tail } from '../tail.ts';

/** A request that was given up is over after so long (ms) on the other side too: servers and networks hold none longer. */
const OVER = 600_000;
/** Requests that are kept apart; of more the oldest are taken together. */
const MOST = 20;
/** Places of the log that are looked through at once. */
const SLICE = 5_000;

/** What a request may have carried: the log behind `after`, and up to `upto`. */
export interface Stretch {
  readonly after: ArrivalSeq;
  readonly upto: ArrivalSeq;
}

interface Doubt extends Stretch {
  /** Monotonic ms. */
  readonly since: number;
}

/**
 * Requests that ended without an answer. The server may still carry one out, and after a later one: then an older value
 * of a time overwrites the newer one. So, when it can be under way no longer, what was replaced since is sent once more.
 * Until then what it carried stays in the log: so whoever starts on a log has all of it in doubt, and nothing else.
 */
export interface Doubts {
  /** `mono`: monotonic ms. */
  add(stretch: Stretch, mono: number): void;
  /** What is to be sent once more by now, as it stands, perhaps nothing; undefined: nothing is due. */
  due(mono: number): PackedReadings | undefined;
  /** What was due is there. */
  done(): void;
  /** What was due is in doubt itself. */
  failed(mono: number): void;
  /** What is above this number is needed yet. */
  keepsFrom(): ArrivalSeq;
}

export function createDoubts(tail: Pick<Tail, 'replaced'>): Doubts {
  let doubts: Doubt[] = [];
  const isOver = ({ since }: Doubt, mono: number) => mono - since >= OVER;
  const endOf = ({ after, upto }: Stretch): ArrivalSeq => Math.min(upto, after + SLICE);

  return {
    add({ after, upto }, mono) {
      // The same once more, and perhaps what came meanwhile.
      const again = doubts.filter((doubt) => doubt.after === after);
      doubts = doubts.filter((doubt) => doubt.after !== after);
      doubts.push({ after, upto: Math.max(upto, ...again.map((doubt) => doubt.upto)), since: mono });
      const [first, second] = doubts;
      if (doubts.length > MOST && first !== undefined && second !== undefined)
        doubts.splice(0, 2, {
          after: Math.min(first.after, second.after),
          upto: Math.max(first.upto, second.upto),
          since: second.since,
        });
    },
    due(mono) {
      const [first] = doubts;
      return first === undefined || !isOver(first, mono) ? undefined : tail.replaced(first.after, endOf(first));
    },
    done() {
      const [first, ...others] = doubts;
      if (first === undefined) return;
      const after = endOf(first);
      doubts = after < first.upto ? [{ ...first, after }, ...others] : others;
    },
    failed(mono) {
      const late = doubts.filter((doubt) => isOver(doubt, mono));
      doubts = [
        ...doubts.filter((doubt) => !late.includes(doubt)),
        ...late.map((doubt) => ({ ...doubt, since: mono })),
      ];
    },
    keepsFrom: () => Math.min(...doubts.map(({ after }) => after)),
  };
}
