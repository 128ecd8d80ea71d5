import type { Priority } from '../../contract/alarm.ts';
import type { WaitingDelivery } from '../stores/ledger/channels.ts';

/** Alarms that one message gathers at most. */
const GATHERED = 100;

export interface PlanOptions {
  /** Messages that may still be sent within the minute. */
  readonly room: number;
  /** On its way already, or not to be tried again yet: what follows of its alarm waits too. */
  readonly blocked: (row: WaitingDelivery) => boolean;
  /** Refused for what it says: sent alone, so that it takes no others down with it. */
  readonly alone: (row: WaitingDelivery) => boolean;
  readonly priorityOf: (alarm: number) => Priority;
}

export interface Plan {
  /** One list per alarm, each in the order in which it happened. */
  readonly alarms: readonly (readonly WaitingDelivery[])[];
  /** The message to send again, as it was; null: a new one. */
  readonly message: string | null;
}

/**
 * What is sent next of all that waits for one channel; undefined: nothing now. What may have arrived comes first, as the
 * same message. Then alarm by alarm, the most urgent first: everything that waits of an alarm goes in one message, so
 * that its end never comes before its beginning. More alarms than there is room for go together.
 */
export function planNext(rows: readonly WaitingDelivery[], options: PlanOptions): Plan | undefined {
  if (options.room <= 0) return undefined;
  const ordered = rows.toSorted((a, b) => a.id - b.id);
  const stuck = new Set(ordered.filter(options.blocked).map(({ alarm }) => alarm));

  const begun = Map.groupBy(
    ordered.filter(({ uncertain }) => uncertain),
    ({ message }) => message,
  );
  for (const [message, parts] of begun) {
    if (message !== null && !parts.some(({ alarm }) => stuck.has(alarm)))
      return { alarms: [...byAlarm(parts).values()], message };
    for (const { alarm } of parts) stuck.add(alarm);
  }

  const free = [...byAlarm(ordered.filter(({ alarm }) => !stuck.has(alarm))).values()];
  const alone = free.filter((group) => group.some(options.alone));
  const together = free.filter((group) => !group.some(options.alone));
  if (together.length > options.room) return { alarms: together.slice(0, GATHERED), message: null };
  const [first] = (together.length > 0 ? together : alone).toSorted(
    (a, b) => urgency(a, options) - urgency(b, options),
  );
  return first === undefined ? undefined : { alarms: [first], message: null };
}

function byAlarm(rows: readonly WaitingDelivery[]): Map<number, WaitingDelivery[]> {
  return Map.groupBy(rows, ({ alarm }) => alarm);
}

function urgency([row]: readonly WaitingDelivery[], { priorityOf }: PlanOptions): number {
  return row === undefined ? 5 : priorityOf(row.alarm);
}
