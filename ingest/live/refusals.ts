import type { Clock } from '../../contract/clock.ts';
import type { Refusal } from '../../contract/message.ts';

/** The same refusal is logged once, then with its count at most this often (ms). */
const REPEAT = 60_000;
/** Kinds of refusals told apart at one time: a stranger may try any number of names. */
const MOST_KINDS = 1_000;
const LONGEST_NAME = 64;

export interface RefusalLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

interface Kind {
  readonly refusal: Refusal;
  count: number;
}

/** Writes refusals to the log so that a device which tries each second, or a stranger who tries all names, cannot fill it. */
export function createRefusals({ clock, log }: { clock: Clock; log: RefusalLog }) {
  const kinds = new Map<string, Kind>();
  let others = 0;

  function write({ reason, address, clientId, username, detail }: Refusal, count: number): void {
    const names = { clientId: cut(clientId), username: cut(username), detail: cut(detail) };
    log.warn({ reason, address, ...names, count }, 'refused by the broker');
  }

  const timer = clock.every(REPEAT, () => {
    for (const { refusal, count } of kinds.values()) if (count > 0) write(refusal, count);
    if (others > 0) log.warn({ count: others }, 'refused by the broker, for other reasons than those listed');
    kinds.clear();
    others = 0;
  });

  return {
    note(refusal: Refusal): void {
      const key = `${refusal.reason}|${refusal.address}|${refusal.username ?? ''}`;
      const known = kinds.get(key);
      if (known !== undefined) known.count += 1;
      else if (kinds.size >= MOST_KINDS) others += 1;
      else {
        kinds.set(key, { refusal, count: 0 });
        write(refusal, 1);
      }
    },
    stop: () => timer.cancel(),
  };
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, LONGEST_NAME);
}
