import { learnOffset, watchedLongEnough, type ClockLine } from './clock-offset.ts';

/** What one series remembers of the clock that dates it. Plain data; moments are monotonic ms, so it is no use after a restart. */
export interface ClockMemory {
  /** ms by which the clock is ahead of ours, as learned; it is taken off its times. Null: none. */
  readonly offset: number | null;
  /** As the newest message that told anything of it showed. */
  readonly wrong: boolean;
  /** Difference to our time (ms) when last seen. */
  readonly seen: number | null;
  /** Newest source time that was to be judged. */
  readonly newest: number | null;
  /** Our wall clock less the monotonic one (ms) at the newest message: shows that the wall was set back. */
  readonly base: number | null;
  /** The newest claimed time, how often in a row it came, and since when. */
  readonly still: { readonly claimed: number; readonly mono: number; readonly count: number } | null;
  readonly lines: readonly ClockLine[];
}

export const EMPTY_CLOCK: ClockMemory = {
  offset: null,
  wrong: false,
  seen: null,
  newest: null,
  base: null,
  still: null,
  lines: [],
};

export interface DatingInput {
  /** Of one message and series, in its order; ms epoch, null: dated by receipt. */
  readonly claimed: readonly (number | null)[];
  /** Receipt: wall (ms epoch) and monotonic (ms). */
  readonly received: number;
  readonly mono: number;
  /** Expected ms between messages; null: unknown. */
  readonly interval: number | null;
  /** ms within which a time is live. */
  readonly tolerance: { readonly back: number; readonly ahead: number };
  /** ms */
  readonly retention: number;
  /** False: our wall clock is behind the ledger's newest commit. */
  readonly hostTrusted: boolean;
  /** ms epoch */
  readonly lastCommitAt: number;
  /** Monotonic ms at which our clock was found to be behind; absent: now. Readings without a time go on from there. */
  readonly distrustedSince?: number;
}

/** `too_old`: beyond the retention, not to be stored. */
export type DatingVerdict = 'live' | 'backfill' | 'too_old';

export interface Dated {
  /** ms epoch */
  readonly sourceTime: number;
  readonly verdict: DatingVerdict;
  /** The newest live one of its message, and newer than what was judged before. */
  readonly judges: boolean;
  /** What was claimed, where another time was put in its place; else null. */
  readonly claimedTime: number | null;
  /** Takes the first free millisecond from `sourceTime`. */
  readonly byReceipt: boolean;
}

export interface Dating {
  readonly memory: ClockMemory;
  /** In the order of `claimed`. */
  readonly dated: readonly Dated[];
  readonly clockWrong: boolean;
  /** ms by which the device's clock is ahead: as learned, else as last seen; null: never seen. */
  readonly offset: number | null;
}

/** Clocks that lost their battery count from a year before this. */
export const FIRST_BELIEVABLE = Date.UTC(2020, 0, 1);
/** While our own clock is behind, a device's is believed up to this far past the newest commit: beyond it, it is no date. */
export const FARTHEST_AHEAD = 10 * 366 * 86_400_000;

/** A wall clock that differs from the monotonic one by more (ms) has been set. */
const WALL_STEP = 2_000;

/** Dates the samples that one message holds of one series. */
export function dateSamples(before: ClockMemory, input: DatingInput): Dating {
  return dateUsual(before, input) ?? dateAny(before, input);
}

/**
 * One live sample by a clock that has given no cause for doubt: what `dateAny` makes of it, without the way there.
 * Undefined: it is something else.
 */
export function dateUsual(
  { offset, newest, base: baseBefore, still }: ClockMemory,
  input: DatingInput,
): Dating | undefined {
  const { claimed, received, mono, tolerance, retention, hostTrusted } = input;
  const [time] = claimed;
  if (claimed.length !== 1 || time === null || time === undefined || !hostTrusted || offset !== null) return undefined;
  const base = received - mono;
  const difference = time - received;
  const isLive = isWithin(difference, tolerance) && difference >= -retention && time >= FIRST_BELIEVABLE;
  if (!isLive || still?.claimed === time || (baseBefore !== null && base < baseBefore - WALL_STEP)) return undefined;
  const judges = newest === null || time > newest || newest > received + tolerance.ahead;
  const one: Dated = { sourceTime: time, verdict: 'live', judges, claimedTime: null, byReceipt: false };
  return {
    memory: {
      offset: null,
      wrong: false,
      seen: difference,
      newest: judges ? time : newest,
      base,
      still: { claimed: time, mono, count: 1 },
      lines: NO_LINES,
    },
    dated: [one],
    clockWrong: false,
    offset: difference,
  };
}

const NO_LINES: readonly ClockLine[] = [];

export function dateAny(before: ClockMemory, input: DatingInput): Dating {
  const base = input.received - input.mono;
  const setBack = before.base !== null && base < before.base - WALL_STEP;
  const memory = { ...before, base, newest: setBack ? null : before.newest };
  const watched = input.hostTrusted ? watchClock(memory, input) : { memory, stuck: null };
  const rules = rulesOf(watched.memory.offset, watched.stuck, input);
  const dated = dateByRules(input.claimed, rules, watched.memory.newest);
  const judged = dated.find((one) => one.judges);
  const after = {
    ...watched.memory,
    newest: judged?.sourceTime ?? watched.memory.newest,
    wrong: input.hostTrusted ? isWrong(watched, { dated, input }) : memory.wrong,
  };
  return { memory: after, dated, clockWrong: after.wrong, offset: after.offset ?? after.seen };
}

/** The first time from `t` (ms epoch, counted up by 1) that is not taken. */
export function firstFree(t: number, taken: (t: number) => boolean): number {
  let free = t;
  while (taken(free)) free += 1;
  return free;
}

/**
 * What is known of a clock after ours made a step (ms) that it did not make. Null: it did, or it agrees with our new
 * time. One that was right is off from now on, and that need not be learned; of one that is wrong and was not learned
 * yet nothing is known.
 */
export function moveClock(
  memory: ClockMemory,
  { step, tolerance }: Pick<DatingInput, 'tolerance'> & { readonly step: number | null },
): ClockMemory {
  if (step === null) return { ...memory, offset: null, seen: null, wrong: false };
  const known = memory.offset ?? (memory.wrong ? null : memory.seen);
  if (known === null) return { ...memory, seen: null };
  const seen = known - step;
  const offset = isWithin(seen, tolerance) ? null : seen;
  return { ...memory, offset, seen, wrong: offset !== null };
}

interface Watched {
  readonly memory: ClockMemory;
  /** A claimed time at which the clock stands still. */
  readonly stuck: number | null;
}

/** What a message's newest time shows of the clock: that it stands still, that it keeps an offset, that it is right. */
function watchClock(memory: ClockMemory, { claimed, received, mono, interval, tolerance }: DatingInput): Watched {
  const newest = claimed.reduce<number | null>(
    (max, time) => (time !== null && (max === null || time > max) ? time : max),
    null,
  );
  if (newest === null) return { memory, stuck: null };

  const still =
    memory.still?.claimed === newest
      ? { ...memory.still, count: memory.still.count + 1 }
      : { claimed: newest, mono, count: 1 };
  const difference = newest - received;
  const isLive = isWithin(difference - (memory.offset ?? 0), tolerance);
  const isBacklog = difference - (memory.offset ?? 0) < -tolerance.back && newest >= FIRST_BELIEVABLE;
  const seen = isBacklog ? memory.seen : difference;
  if (watchedLongEnough(still.count, still.mono, mono, interval))
    return { memory: { ...memory, still, seen }, stuck: newest };
  if (isLive) return { memory: { ...memory, still, seen, lines: [] }, stuck: null };

  const { learned, lines } = learnOffset(memory.lines, { claimed: newest, mono }, interval);
  if (!learned) return { memory: { ...memory, still, seen, lines }, stuck: null };
  const offset = isWithin(difference, tolerance) ? null : difference;
  return { memory: { ...memory, still, lines, offset, seen: difference }, stuck: null };
}

function isWithin(difference: number, { back, ahead }: DatingInput['tolerance']): boolean {
  return difference >= -back && difference <= ahead;
}

function isWrong(
  { memory, stuck }: Watched,
  { dated, input }: { dated: readonly Dated[]; input: DatingInput },
): boolean {
  if (memory.offset !== null || stuck !== null) return true;
  if (dated.some((one) => one.byReceipt && one.claimedTime !== null)) return true;
  const newest = dated.findLast((one, index) => one.verdict === 'live' && input.claimed[index] !== null);
  return newest === undefined && memory.wrong;
}

interface Placed {
  readonly index: number;
  readonly claimed: number | null;
  /** The claimed time with the offset taken off; of what claims none, the receipt. */
  readonly time: number;
  readonly verdict: DatingVerdict;
  readonly byReceipt: boolean;
}

interface Rules {
  readonly offset: number;
  /** Where readings go that are dated by receipt (ms epoch). */
  readonly receipt: number;
  /** Live up to here; ms epoch. */
  readonly latest: number;
  place(claimed: number, time: number): Pick<Placed, 'verdict' | 'byReceipt'>;
}

const BY_RECEIPT = { verdict: 'live', byReceipt: true } as const;

function rulesOf(learned: number | null, stuck: number | null, input: DatingInput): Rules {
  const { tolerance, retention, hostTrusted, lastCommitAt, mono } = input;
  const passed = Math.max(0, mono - (input.distrustedSince ?? mono));
  const receipt = hostTrusted ? input.received : lastCommitAt + 1 + passed;
  const latest = hostTrusted ? receipt + tolerance.ahead : receipt + FARTHEST_AHEAD;
  return {
    offset: learned ?? 0,
    receipt,
    latest,
    place(claimed, time) {
      if (claimed === stuck || time < FIRST_BELIEVABLE || time > latest) return BY_RECEIPT;
      if (time < receipt - retention) return { verdict: 'too_old', byReceipt: false };
      return { verdict: time < receipt - tolerance.back ? 'backfill' : 'live', byReceipt: false };
    },
  };
}

function dateByRules(claimed: readonly (number | null)[], rules: Rules, judgedBefore: number | null): Dated[] {
  const placed = claimed.map((one, index): Placed => {
    const time = one === null ? rules.receipt : one - rules.offset;
    const { verdict, byReceipt } = one === null ? BY_RECEIPT : rules.place(one, time);
    return { index, claimed: one, time, verdict, byReceipt };
  });
  const inOrder = placed.length === 1 ? placed : placed.toSorted((a, b) => a.time - b.time);
  const newest = inOrder.findLast((one) => one.verdict === 'live');

  // A clock that runs ahead within its tolerance and then beyond must not seem to go back, or nothing is judged for so long.
  const ours =
    judgedBefore !== null && judgedBefore < rules.latest ? Math.max(rules.receipt, judgedBefore + 1) : rules.receipt;
  let next = ours;
  const dated: Dated[] = [];
  for (const one of inOrder) {
    const sourceTime = one.byReceipt ? next++ : one.time;
    const isNewer = judgedBefore === null || judgedBefore > rules.latest || sourceTime > judgedBefore;
    dated[one.index] = {
      sourceTime,
      verdict: one.verdict,
      judges: one === newest && isNewer,
      claimedTime: one.claimed === sourceTime ? null : one.claimed,
      byReceipt: one.byReceipt,
    };
  }
  return dated;
}
