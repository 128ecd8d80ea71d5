import type { AlarmPhase, MachineInput, MachineTiming } from '../../../ingest/alarms/types.ts';

/**
 * The state chart once more, slowly: nothing is remembered but the log of what happened, second by second, and every
 * question is answered by reading the log backwards.
 */
export type Happening =
  { readonly kind: 'pass' } | { readonly kind: 'restart' } | Exclude<MachineInput, { kind: 'tick' }>;
type Mark = { readonly kind: 'mark'; readonly what: string };
type Log = readonly (Happening | Mark)[];

const CHART: Record<AlarmPhase, Record<string, AlarmPhase>> = {
  normal: { raised: 'unacknowledged' },
  unacknowledged: { acknowledged: 'acknowledged', returned: 'returned_unacknowledged' },
  acknowledged: { returned: 'normal' },
  returned_unacknowledged: { acknowledged: 'normal', raised_again: 'unacknowledged' },
};

export function reference(
  history: readonly Happening[],
  timing: MachineTiming,
): { diary: string[]; phases: AlarmPhase[] } {
  const log: (Happening | Mark)[] = [];
  const diary: string[] = [];
  const phases: AlarmPhase[] = [];
  let second = 0;
  const report = (what: string, why = '') => {
    log.push({ kind: 'mark', what });
    diary.push(`${second} ${what}${why}`);
  };
  for (const happening of history) {
    if (happening.kind === 'pass') second++;
    if (happening.kind === 'sample' && stands(log) && !known(log)) report('known');
    if (happening.kind === 'unknown' && stands(log) && known(log)) report('unknown');
    log.push(happening);
    if (happening.kind === 'force' && !happening.inForce && stands(log)) report('returned', ' not_in_force');
    if (happening.kind === 'acknowledge' && CHART[phase(log)]['acknowledged'] !== undefined) report('acknowledged');
    if (onRuns(log, timing) && secondsOn(log, timing) * 1_000 >= timing.onDelay) {
      report(phase(log) === 'normal' ? 'raised' : 'raised_again');
    } else if (offRuns(log, timing) && secondsOff(log, timing) * 1_000 >= timing.offDelay) {
      report('returned');
    }
    phases.push(phase(log));
  }
  return { diary, phases };
}

function phase(log: Log): AlarmPhase {
  let at: AlarmPhase = 'normal';
  for (const entry of log) if (entry.kind === 'mark') at = CHART[at][entry.what] ?? at;
  return at;
}

function stands(log: Log): boolean {
  return phase(log).endsWith('acknowledged') && phase(log) !== 'returned_unacknowledged';
}

function known(log: Log): boolean {
  return log.findLast(({ kind }) => kind === 'sample' || kind === 'unknown' || kind === 'restart')?.kind === 'sample';
}

function applies(log: Log): boolean {
  const told = log.findLast((entry) => entry.kind === 'force');
  return told?.kind === 'force' && told.inForce;
}

function broken(log: Log, timing: MachineTiming): boolean {
  for (let at = log.length - 1; at >= 0; at--) {
    const entry = log[at];
    if (entry?.kind !== 'sample') continue;
    if (entry.quality === 'good' && entry.verdict !== 'between') return entry.verdict === 'breach';
    if (entry.quality === 'suspect' && entry.verdict === 'breach' && (timing.critical || stands(log.slice(0, at))))
      return true;
  }
  return false;
}

/** Something has said, since the delay was last interrupted, that the breach goes on. */
function confirmed(log: Log, timing: MachineTiming): boolean {
  for (let at = log.length - 1; at >= 0; at--) {
    const entry = log[at];
    const before = log.slice(0, at);
    if (entry?.kind === 'unknown' || entry?.kind === 'restart') return false;
    if (entry?.kind === 'force' && entry.inForce && !applies(before)) return known(before);
    if (entry?.kind !== 'sample' || entry.verdict === 'clear') continue;
    if (broken(log.slice(0, at + 1), timing) && (entry.verdict === 'breach' || broken(before, timing))) return true;
  }
  return false;
}

function onRuns(log: Log, timing: MachineTiming): boolean {
  return !stands(log) && applies(log) && known(log) && broken(log, timing) && confirmed(log, timing);
}

function offRuns(log: Log, timing: MachineTiming): boolean {
  const last = log.findLast((entry) => entry.kind === 'sample');
  return stands(log) && known(log) && last?.kind === 'sample' && last.quality === 'good' && !broken(log, timing);
}

function secondsOn(log: Log, timing: MachineTiming): number {
  return secondsSince(log, onRuns, timing, (entry, upTo) => {
    if (entry.kind === 'mark') return ['raised', 'raised_again', 'returned'].includes(entry.what);
    return (entry.kind === 'force' && !entry.inForce) || (entry.kind === 'sample' && !broken(upTo, timing));
  });
}

function secondsOff(log: Log, timing: MachineTiming): number {
  return secondsSince(log, offRuns, timing, (entry, upTo) => {
    if (entry.kind === 'sample') return entry.quality === 'suspect' || broken(upTo, timing);
    return (
      entry.kind === 'unknown' || entry.kind === 'restart' || (entry.kind === 'mark' && entry.what.startsWith('raised'))
    );
  });
}

/** Counts the seconds that passed while a delay ran, back to what last reset it. */
function secondsSince(
  log: Log,
  runs: (log: Log, timing: MachineTiming) => boolean,
  timing: MachineTiming,
  resets: (entry: Happening | Mark, upTo: Log) => boolean,
): number {
  let seconds = 0;
  for (let at = log.length - 1; at >= 0; at--) {
    const entry = log[at];
    if (entry === undefined || resets(entry, log.slice(0, at + 1))) break;
    if (entry.kind === 'pass' && runs(log.slice(0, at), timing)) seconds++;
  }
  return seconds;
}
