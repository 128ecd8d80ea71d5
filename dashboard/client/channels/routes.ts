import type { Priority } from '../../../contract/alarm.ts';
import type { ChannelView } from '../../../contract/channel.ts';

export const PRIORITIES: readonly Priority[] = [1, 2, 3, 4];

/** A channel that gets an alarm and, while it fails, the one that gets it instead. */
export interface Receiver {
  readonly channel: ChannelView;
  readonly standIn: ChannelView | null;
}

/** Areas whose alarms go to the same channels; null: those of devices and of the system, which have no area. */
export interface Route {
  readonly areas: readonly string[] | null;
  readonly receivers: Readonly<Record<Priority, readonly Receiver[]>>;
}

/** Who gets which alarm: areas with the same receivers together, in the order given; devices and system last. */
export function routes(channels: readonly ChannelView[], areas: readonly string[]): readonly Route[] {
  const found = new Map<string, { areas: string[]; receivers: Route['receivers'] }>();
  for (const area of areas) {
    const receivers = receiversOf(channels, area);
    const key = PRIORITIES.map((priority) => receivers[priority].map(({ channel }) => channel.id).join(',')).join(';');
    const same = found.get(key);
    if (same === undefined) found.set(key, { areas: [area], receivers });
    else same.areas.push(area);
  }
  return [...found.values(), { areas: null, receivers: receiversOf(channels, null) }];
}

function receiversOf(channels: readonly ChannelView[], area: string | null): Route['receivers'] {
  const of = (priority: Priority) =>
    channels.filter((channel) => gets(channel, priority, area)).map((channel) => receiver(channel, channels));
  return { 1: of(1), 2: of(2), 3: of(3), 4: of(4) };
}

function gets({ enabled, priority: least, areas }: ChannelView, priority: Priority, area: string | null): boolean {
  if (!enabled || least === null || priority > least) return false;
  return areas === null || (area !== null && areas.includes(area));
}

function receiver(channel: ChannelView, channels: readonly ChannelView[]): Receiver {
  const standIn = channel.health === 'failing' ? channels.find(({ id }) => id === channel.standIn) : undefined;
  return { channel, standIn: standIn ?? null };
}

/** The order with one channel a place further up (-1) or down (1); null at the end. */
export function moved(channels: readonly ChannelView[], id: number, by: -1 | 1): readonly number[] | null {
  const order = channels.map((channel) => channel.id);
  const from = order.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return null;
  order.splice(to, 0, ...order.splice(from, 1));
  return order;
}
