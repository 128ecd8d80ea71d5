import type { ForwardedEvent, ForwardedTransition } from '../ledger/forwarded.ts';
import type { InfluxRecord } from '../influx/types.ts';

/** Fields of an event that leave the system: named one by one, so that none is ever about a person. */
const EVENT_FIELDS = ['result', 'direction', 'method', 'open', 'locked', 'active'] as const;

/** An event of a device. Its id is no tag: series must not grow with events. */
export function eventRecord(event: ForwardedEvent): InfluxRecord {
  const { site, device, detail, occurredAt, late, eventId, contentHash } = event;
  const known: Readonly<Record<string, unknown>> = detail;
  const fields: Record<string, string | boolean> = { late };
  for (const name of EVENT_FIELDS) {
    const value = known[name];
    if (typeof value === 'string' || typeof value === 'boolean') fields[name] = value;
  }
  return {
    measurement: 'events',
    tags: { site, device, kind: detail.kind },
    fields,
    at: occurredAt,
    id: `${eventId}|${contentHash}`,
  };
}

/** A transition of an alarm; who acknowledged it and what was noted stay in the ledger. */
export function transitionRecord(transition: ForwardedTransition): InfluxRecord {
  const { id, site, at, what, value, alarm, rule, side, subjectKind, subject, metric, priority } = transition;
  return {
    measurement: 'alarm_transitions',
    tags: {
      site,
      rule,
      priority: String(priority),
      subject_kind: subjectKind,
      subject,
      ...(side === null ? {} : { side }),
      ...(metric === null ? {} : { metric }),
    },
    fields: { alarm, what, ...(value === null ? {} : { value }) },
    at,
    id: `${alarm}|${id}`,
  };
}
