/**
 * Messages whose newest times keep pace with ours, at some distance: a clock that is wrong but runs. `claimed` and
 * `mono` are those of its first message.
 */
export interface ClockLine {
  /** ms epoch, as claimed */
  readonly claimed: number;
  /** Monotonic ms */
  readonly mono: number;
  readonly count: number;
  /** Monotonic ms of the newest message on it. */
  readonly hit: number;
}

/** The newest time that a message claims, and when it was received. */
export interface ClaimedMoment {
  readonly claimed: number;
  readonly mono: number;
}

const MESSAGES = 3;
const SHORTEST_SPAN = 30_000;
const PACE_PART = 0.1;
const PACE_SLACK = 2_000;
/** Enough for a clock, what it was before, and a backlog that comes between. */
const MOST_LINES = 4;

export interface Learning {
  readonly lines: readonly ClockLine[];
  /** The message lies on a line that has kept pace for long enough: the clock is off by what this message is off. */
  readonly learned: boolean;
}

/** How long a clock has to be watched before its offset, or its standing still, is believed (ms). */
export function watchedLongEnough(count: number, since: number, now: number, interval: number | null): boolean {
  return count >= MESSAGES && now - since >= Math.max(SHORTEST_SPAN, 2 * (interval ?? 0));
}

/**
 * Takes a message that is not live into account. A backlog has another pace than time itself; one that is handed out
 * at that very pace is told by the newer times that come between, for no line is believed while a newer one goes on.
 */
export function learnOffset(lines: readonly ClockLine[], moment: ClaimedMoment, interval: number | null): Learning {
  const known = lines.filter((line) => keepsPace(line, moment)).sort((a, b) => b.count - a.count)[0];
  const line =
    known === undefined
      ? { ...moment, count: 1, hit: moment.mono }
      : { ...known, count: known.count + 1, hit: moment.mono };
  const others = lines.filter((other) => other !== known);
  // A newer line that was not hit for as long as a clock is watched has ended: it was a slip, or what came before.
  const since = others.reduce(
    (latest, other) => (ahead(other) > ahead(line) ? Math.max(latest, other.hit) : latest),
    line.mono,
  );
  const learned = watchedLongEnough(line.count, since, moment.mono, interval);
  return { learned, lines: learned ? [] : forget([...others, line]) };
}

function keepsPace({ claimed, mono }: ClockLine, moment: ClaimedMoment): boolean {
  const passed = moment.mono - mono;
  return passed >= 0 && Math.abs(moment.claimed - claimed - passed) <= PACE_PART * passed + PACE_SLACK;
}

/** Which of two lines is newer. */
function ahead({ claimed, mono }: ClockLine): number {
  return claimed - mono;
}

/** Drops the line that was hit longest ago, but for the newest: a backlog must not push out the clock itself. */
function forget(lines: readonly ClockLine[]): readonly ClockLine[] {
  if (lines.length <= MOST_LINES) return lines;
  const newest = lines.reduce((best, line) => (ahead(line) > ahead(best) ? line : best));
  const oldest = lines.filter((line) => line !== newest).reduce((first, line) => (line.hit < first.hit ? line : first));
  return lines.filter((line) => line !== oldest);
}
