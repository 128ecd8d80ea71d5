import type { PointLimit } from '../standards/types.ts';

/** Limits are compared as decimals: far below any resolution. */
const NOISE = 1e-6;

/** How often something came up for which no calm that was noted before holds any more. */
interface Doubts {
  readonly doubts: number;
}

/**
 * Remembers that a value of a point keeps all its limits, with nothing raised, delayed or in doubt about it. As long as
 * that holds, a reading inside the limits changes nothing, and none of its machines has to be looked at.
 */
export class Calm {
  /** A value strictly between the two breaks no limit. */
  readonly #low: number;
  readonly #high: number;
  /** `world.doubts` when it was noted; -1: it is not calm, or nobody knows. */
  #noted = -1;
  /** Calendar time within which the same standards are in force, ms epoch; the end is exclusive. */
  #from = 0;
  #until = 0;

  constructor(limits: readonly Pick<PointLimit, 'side' | 'limit'>[]) {
    const of = (side: 'low' | 'high') => limits.filter((limit) => limit.side === side).map(({ limit }) => limit);
    this.#low = Math.max(-Infinity, ...of('low')) + NOISE;
    this.#high = Math.min(Infinity, ...of('high')) - NOISE;
  }

  /** Whether a believable value at this calendar time leaves everything as it is. */
  keeps(world: Doubts, value: number, at: number): boolean {
    return (
      this.#noted === world.doubts && at >= this.#from && at < this.#until && value > this.#low && value < this.#high
    );
  }

  note(world: Doubts, from: number, until: number): void {
    this.#noted = world.doubts;
    this.#from = from;
    this.#until = until;
  }

  end(): void {
    this.#noted = -1;
  }
}
