import type { AlarmSubject, Priority } from '../../contract/alarm.ts';
import type { StoredChannel } from '../stores/ledger/channels.ts';
import type { IntentKind } from './types.ts';

type Routed = Pick<StoredChannel, 'id' | 'priority' | 'areas' | 'enabled' | 'status'>;

export interface RoutedAlarm {
  readonly priority: Priority;
  readonly subject: AlarmSubject;
  /** Null: it belongs to no area, as a device's and the system's. */
  readonly area: string | null;
}

/**
 * The channels that are told, in their order. Of a beginning: those that ask for it. Of what follows: those that were
 * told of the beginning, whatever they ask for since. `channels`: all of the site, in their order.
 */
export function recipients(
  { what, alarm }: { what: IntentKind; alarm: RoutedAlarm },
  { channels, told }: { channels: readonly Routed[]; told: ReadonlySet<number> },
): number[] {
  const others = channels.filter((channel) => !isAbout(alarm.subject, channel.id));
  if (what !== 'raised' && what !== 'raised_again')
    return others.filter(({ id, enabled }) => enabled && told.has(id)).map(({ id }) => id);
  const asking = others.filter(
    (channel) => asksFor(channel, alarm) || (what === 'raised_again' && channel.enabled && told.has(channel.id)),
  );
  if (asking.length > 0 || alarm.subject.kind !== 'channel') return asking.map(({ id }) => id);
  // That a channel fails has to be heard somewhere else, if only where it is stood in for.
  const standIn = standInFor(Number(alarm.subject.id), channels);
  return standIn === undefined ? [] : [standIn.id];
}

function asksFor({ enabled, priority, areas }: Routed, alarm: RoutedAlarm): boolean {
  if (!enabled || priority === null || alarm.priority > priority) return false;
  return areas === null || (alarm.area !== null && areas.includes(alarm.area));
}

export function isAbout({ kind, id }: AlarmSubject, channel: number): boolean {
  return kind === 'channel' && id === String(channel);
}

export function works({ enabled, status }: Pick<StoredChannel, 'enabled' | 'status'>): boolean {
  return enabled && status.failingSince === null;
}

/** The next channel of the site that works, after this one and then from the beginning. */
export function standInFor<C extends Pick<StoredChannel, 'id' | 'enabled' | 'status'>>(
  id: number,
  channels: readonly C[],
): C | undefined {
  const at = channels.findIndex((channel) => channel.id === id);
  const after = [...channels.slice(at + 1), ...channels.slice(0, Math.max(0, at))];
  return after.find(works);
}
