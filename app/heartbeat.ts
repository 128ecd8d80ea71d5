import type { Clock } from '../contract/clock.ts';

const MINUTE = 60_000;
const TIMEOUT = 10_000;
/** How often a failure that lasts is logged, ms. */
const AGAIN = 60 * MINUTE;

interface HeartbeatLog {
  warn(fields: object, text: string): void;
  info(fields: object, text: string): void;
}

export interface HeartbeatOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: HeartbeatLog;
  /** Whether what comes in is stored. */
  readonly storing: () => boolean;
}

/**
 * Asks an address once a minute for as long as storing works. Who listens there learns from the silence that the system
 * is dead, its machine, or its network: what no alarm of its own can tell. It follows no redirect, reads no answer.
 */
export function startHeartbeat({ url, clock, log, storing }: HeartbeatOptions): { stop(): void } {
  let failedAt: number | null = null;
  let underWay: AbortController | undefined;

  async function beat(): Promise<void> {
    if (underWay !== undefined || !storing()) return;
    const mine = (underWay = new AbortController());
    const timer = clock.after(TIMEOUT, () => mine.abort(new Error('no answer within 10 s')));
    try {
      const answer = await fetch(url, { redirect: 'manual', signal: mine.signal });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      if (failedAt !== null) log.info({}, 'the heartbeat is heard again');
      failedAt = null;
    } catch (error) {
      const { mono } = clock.now();
      if (failedAt === null || mono - failedAt >= AGAIN) {
        failedAt = mono;
        // The address may hold a secret: it is not logged.
        log.warn({ why: whyOf(error) }, 'nobody hears the heartbeat (HEARTBEAT_URL)');
      }
    } finally {
      timer.cancel();
      underWay = undefined;
    }
  }

  void beat();
  const everyMinute = clock.every(MINUTE, () => void beat());
  return {
    stop() {
      everyMinute.cancel();
      underWay?.abort();
    },
  };
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
