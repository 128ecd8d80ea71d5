import type { User } from '../../contract/account.ts';
import type { Instant } from '../../contract/clock.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { drive } from './drive.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

export interface AcknowledgeCommand {
  readonly alarm: number;
  readonly user: User;
  readonly note: string | null;
}

export type AcknowledgeOutcome =
  | { readonly outcome: 'acknowledged' | 'already'; readonly record: AlarmRecord }
  | { readonly outcome: 'no_such_alarm' };

/** Idempotent: whoever is second learns who was first. `closed` looks up an alarm that is over. */
export function takeAcknowledge(
  world: World,
  { alarm: id, user, note }: AcknowledgeCommand,
  { now, closed }: { now: Instant; closed: (id: number) => AlarmRecord | undefined },
): AcknowledgeOutcome {
  const record = world.alarms.get(keyOf.alarm(id));
  if (record === undefined) {
    const over = closed(id);
    return over === undefined ? { outcome: 'no_such_alarm' } : { outcome: 'already', record: over };
  }
  if (record.acknowledged !== null) return { outcome: 'already', record };
  const machine = world.machines.get(keyOf.machine(record.site, record.key));
  if (machine === undefined) return { outcome: 'no_such_alarm' };
  const acknowledgement = { by: user.username, post: user.post, at: now.wall, note };
  drive(world, machine.watch, { kind: 'acknowledge' }, now, { acknowledgement });
  return { outcome: 'acknowledged', record: world.pending.alarms.get(keyOf.alarm(id)) ?? record };
}
