import { metricSpec } from '../../contract/metrics.ts';
import { alarmUrl } from './text.ts';
import type { Item, Message } from './types.ts';

/** What a webhook is sent: the text that people would read, and each happening for a program. Version 1. */
export function messageDocument(message: Message, text: string): string {
  const { id, at, repeat, test, standsInFor, channel, items, recovered } = message;
  return JSON.stringify({
    version: 1,
    delivery: id,
    sentAt: at,
    repeat,
    test,
    site: channel.site,
    standsInFor,
    text,
    ...(recovered === null ? {} : { recovered: { since: recovered.since, diverted: recovered.diverted } }),
    events: items.flatMap((item) => item.happenings.map((happening) => eventOf(item, happening, message))),
  });
}

function eventOf(item: Item, { notification, what, at }: Item['happenings'][number], message: Message) {
  const { alarm } = item;
  return {
    notification: message.test ? null : notification,
    what,
    at,
    alarm: {
      id: message.test ? null : alarm.id,
      rule: alarm.rule,
      side: alarm.side,
      priority: alarm.priority,
      subject: alarm.subject,
      area: alarm.area,
      areaName: item.area,
      siteName: item.site,
      place: alarm.place,
      title: alarm.title,
      metric: alarm.metric,
      unit: metricSpec(alarm.metric?.split('.', 1)[0] ?? '')?.unit ?? null,
      value: alarm.value,
      worst: alarm.worst,
      limit: alarm.limit,
      raisedAt: alarm.raisedAt,
      returnedAt: alarm.returnedAt,
      // The duty post; never an account, never a note.
      acknowledged: alarm.acknowledged === null ? null : { post: alarm.acknowledged.post, at: alarm.acknowledged.at },
      late: alarm.late,
      unknown: alarm.unknown,
      firstStep: alarm.response.steps[0] ?? null,
      url:
        message.publicUrl === null
          ? null
          : alarmUrl(message.publicUrl, message.channel.site, message.test ? null : alarm.id),
    },
  };
}
