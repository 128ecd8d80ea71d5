import type { Clock, Timer } from '../contract/clock.ts';
import type { Connection } from './connection.ts';
import type { BrokerLog, CredentialStore } from './ports.ts';

/** Each open connection is looked at once in so many seconds, a share of them every second: all at once would stall the rest. */
const ROUND_S = 10;

export interface WatchOptions {
  readonly clock: Clock;
  readonly credentials: Pick<CredentialStore, 'stillValid'>;
  readonly open: ReadonlySet<Connection>;
  readonly log: BrokerLog;
}

/**
 * Closes what is open by a credential that no longer stands: rotated without an overlap, or run out. Its device is
 * refused when it connects again, and the operator sees why.
 */
export function watchCredentials({ clock, credentials, open, log }: WatchOptions): Timer {
  let second = 0;
  return clock.every(1_000, () => {
    second = (second + 1) % ROUND_S;
    try {
      for (const connection of [...open]) {
        const handle = connection.device?.handle;
        if (connection.number % ROUND_S !== second || handle === undefined) continue;
        if (credentials.stillValid?.(handle) !== false) continue;
        log.info({ clientId: connection.client.id }, 'the credential of an open connection no longer stands: closed');
        connection.closeAsOurs();
      }
    } catch (error) {
      log.error({ err: error }, 'the credentials of open connections cannot be checked; they stay open');
    }
  });
}
