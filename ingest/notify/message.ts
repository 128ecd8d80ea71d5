import { alarmView } from '../live/alarm-view.ts';
import type { SiteModel } from '../line/model.ts';
import type { WaitingDelivery } from '../stores/ledger/channels.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import type { Plan } from './plan.ts';
import type { Channel, Happening, Item, Message } from './types.ts';

export interface MessageOptions {
  readonly id: string;
  readonly channel: Channel;
  readonly model: SiteModel;
  readonly alarm: (id: number) => AlarmRecord | undefined;
  readonly channelName: (id: number) => string | null;
  readonly at: number;
  readonly publicUrl: string | null;
}

/** The message that a plan comes to, with what is known of its alarms now. */
export function messageOf(plan: Plan, options: MessageOptions): Message {
  const { id, channel, model, at, publicUrl } = options;
  const rows = plan.alarms.flat();
  const [stoodInFor] = rows;
  const isOwn = rows.some((row) => row.channel === channel.id);
  return {
    id,
    channel,
    items: plan.alarms.flatMap((happened) => itemsOf(happened, options.alarm, model)),
    repeat: plan.message !== null,
    test: false,
    standsInFor: isOwn || stoodInFor === undefined ? null : options.channelName(stoodInFor.channel),
    at,
    publicUrl,
    recovered: null,
  };
}

function itemsOf(
  rows: readonly WaitingDelivery[],
  alarm: (id: number) => AlarmRecord | undefined,
  model: SiteModel,
): Item[] {
  const [first] = rows;
  const record = first === undefined ? undefined : alarm(first.alarm);
  if (record === undefined) return [];
  // Rows of the channel itself and of one that it stands in for may tell the same.
  const happenings = new Map<number, Happening>();
  for (const { notification, what, at } of rows) happenings.set(notification, { notification, what, at });
  return [
    itemOf(model, record, {
      happenings: [...happenings.values()],
      beginningLost: rows.some((row) => row.beginningLost),
    }),
  ];
}

export function itemOf(model: SiteModel, record: AlarmRecord, told: Pick<Item, 'happenings' | 'beginningLost'>): Item {
  const alarm = alarmView(model, record, { stored: true });
  const { registry } = model;
  const area = alarm.area === null ? null : (model.areas.get(alarm.area)?.name ?? null);
  return { alarm, site: registry.name, area, zone: registry.timezone, ...told };
}
