import { execFile } from 'node:child_process';
import type { Clock } from '../contract/clock.ts';

export interface Supervisor {
  /** Says that it stops, and stops saying that it lives. */
  stopping(): void;
}

const NOBODY: Supervisor = { stopping: () => {} };

/**
 * Tells systemd, where it started us, that we are ready, and then that we live, twice in each WatchdogSec: a process
 * that hangs falls silent, and is started anew. By `systemd-notify`, as Node opens no datagram socket of that kind; the
 * unit needs `NotifyAccess=all` for it.
 */
export function notifySupervisor(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  onError: (error: Error) => void,
): Supervisor {
  if (env['NOTIFY_SOCKET'] === undefined) return NOBODY;
  let failed = false;
  const say = (state: string): void =>
    void execFile('systemd-notify', [state], { timeout: 5_000 }, (error) => {
      if (error !== null && !failed) onError(error);
      failed = error !== null;
    });
  say('READY=1');
  const watchdog = Number(env['WATCHDOG_USEC'] ?? 0) / 1_000;
  const timer = watchdog > 0 ? clock.every(watchdog / 2, () => say('WATCHDOG=1')) : undefined;
  return {
    stopping() {
      timer?.cancel();
      say('STOPPING=1');
    },
  };
}
