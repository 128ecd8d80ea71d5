import type { ChannelHealth, Delivery } from '../../contract/channel.ts';
import type { ChannelStatus } from '../stores/ledger/channels.ts';

/** Failed attempts in a row, over at least so long (ms), after which a channel counts as failing. */
export const FAILING_ATTEMPTS = 3;
export const FAILING_AFTER = 60_000;

/** Seconds between attempts; the last one for ever. Whatever the jitter, the fourth one decides, after 64 to 96 s. */
const WAITS = [5, 15, 60, 120, 300];
/** ms: a robot that found us too quick may mute us for ten minutes. */
const TOO_MANY_WAIT = 60_000;
/** ms between attempts to find out whether a channel works again, where each may have arrived all the same. */
const UNCERTAIN_WAIT = 1_800_000;
/** Waits differ by so much of themselves to either side: what failed together is not tried together. */
const JITTER = 0.2;

/** ms until the next attempt. `random`: from 0 to 1. */
export function waitAfter(
  failures: number,
  {
    problem,
    random,
    probing,
  }: { problem: Delivery['problem']; random: number; probing: 'certain' | 'uncertain' | null },
): number {
  const step = (WAITS[Math.min(failures, WAITS.length) - 1] ?? 5) * 1_000;
  const least = problem === 'too_many' ? TOO_MANY_WAIT : 0;
  const base = probing === 'uncertain' ? UNCERTAIN_WAIT : Math.max(step, least);
  return Math.round(base * (1 - JITTER + 2 * JITTER * random));
}

/** Problems that lie in what a message says: another message may pass. */
export function isAboutContent({ problem, httpStatus }: Pick<Delivery, 'problem' | 'httpStatus'>): boolean {
  if (problem === 'rejected' || problem === 'keyword_missing') return true;
  return problem === 'http_status' && httpStatus !== null && [400, 413, 415, 422].includes(httpStatus);
}

export function healthOf({ enabled, status }: { enabled: boolean; status: ChannelStatus }): ChannelHealth {
  if (!enabled) return 'disabled';
  if (status.failingSince !== null) return 'failing';
  if (status.failures > 0) return 'retrying';
  return status.lastDelivered === null ? 'untried' : 'delivering';
}

export function afterDelivery(status: ChannelStatus, delivery: Delivery, at: number): ChannelStatus {
  const wasWell = status.failures === 0 && status.failingSince === null && status.lastDelivered !== null;
  return {
    failures: 0,
    failedSince: null,
    failingSince: null,
    since: wasWell ? status.since : at,
    lastDelivered: delivery,
    failure: null,
  };
}

/** `lasting`: ms since the first failure in this row, on the monotonic clock. */
export function afterFailure(
  status: ChannelStatus,
  delivery: Delivery,
  { at, lasting }: { at: number; lasting: number },
): ChannelStatus {
  const failures = status.failures + 1;
  const fails = status.failingSince === null && failures >= FAILING_ATTEMPTS && lasting >= FAILING_AFTER;
  return {
    ...status,
    failures,
    failedSince: status.failedSince ?? at,
    failingSince: fails ? at : status.failingSince,
    since: fails || failures === 1 ? at : status.since,
    failure: delivery,
  };
}
