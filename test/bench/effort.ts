/** How long and how often is measured. */
export interface Effort {
  /** Of one run. */
  readonly seconds: number;
  /** Pairs of ours and the bare pipeline, alternating. */
  readonly pairs: number;
  /** Only to see that everything runs: small numbers, figures of no meaning. */
  readonly quick: boolean;
}
