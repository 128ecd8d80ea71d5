import type { DatabaseSync } from 'node:sqlite';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { EventDetail } from '../../../contract/event.ts';
import { json, parse, type Row } from './parse.ts';

/** What of the ledger a store outside takes over, each by its ascending number. */
export type ForwardStream = 'arrivals' | 'events' | 'journal';

/** All up to the number `upto` of a stream is durable in the store that `target` names. */
export interface ForwardedRow {
  readonly stream: ForwardStream;
  readonly target: string;
  readonly upto: number;
}

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const forwardedEvent = Type.Object({
  /** Number of its row. */
  id: Type.Integer(),
  site: Type.String(),
  device: Type.String(),
  eventId: Type.String(),
  contentHash: Type.String(),
  detail: EventDetail,
  occurredAt: Type.Number(),
  receivedAt: Type.Number(),
  late: Type.Boolean(),
});
/** An event as it is forwarded. */
export type ForwardedEvent = Static<typeof forwardedEvent>;

const forwardedTransition = Type.Object({
  /** Number of its row. */
  id: Type.Integer(),
  site: Type.String(),
  at: Type.Number(),
  what: Type.String(),
  value: nullable(Type.Number()),
  alarm: Type.Integer(),
  rule: Type.String(),
  side: nullable(Type.String()),
  subjectKind: Type.String(),
  subject: Type.String(),
  metric: nullable(Type.String()),
  priority: Type.Integer(),
});
/** A transition of an alarm as it is forwarded: without who did it and what was noted. */
export type ForwardedTransition = Static<typeof forwardedTransition>;

const schemas = {
  row: Compile(Type.Object({ target: Type.String(), upto: Type.Integer() })),
  event: Compile(forwardedEvent),
  transition: Compile(forwardedTransition),
};

/** Short reads for what forwards, each bounded. */
export interface ForwardReader {
  /** How far a stream came, and where; undefined: it was never forwarded. */
  cursor(stream: ForwardStream): { readonly target: string; readonly upto: number } | undefined;
  /** Events with a higher number, ascending. */
  events(after: number, limit: number): readonly ForwardedEvent[];
  /** Transitions of alarms with a higher number in the journal, ascending. */
  transitions(after: number, limit: number): readonly ForwardedTransition[];
  /** Highest numbers there are; 0: none. */
  newest(): { readonly events: number; readonly journal: number };
}

export function forwardReader(db: DatabaseSync): ForwardReader {
  const cursor = db.prepare('SELECT target, upto FROM forwarded WHERE stream = ?');
  const events = db.prepare('SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?');
  const transitions = db.prepare(
    `SELECT journal.id, journal.site, journal.at, journal.what, journal.value, alarm.id AS alarm, alarm.rule, alarm.side,
       alarm.subject_kind, alarm.subject, alarm.metric, alarm.priority
     FROM journal JOIN alarm ON alarm.id = journal.alarm WHERE journal.id > ? ORDER BY journal.id LIMIT ?`,
  );
  const newest = db.prepare(
    'SELECT (SELECT coalesce(max(id), 0) FROM event) AS events, (SELECT coalesce(max(id), 0) FROM journal) AS journal',
  );
  return {
    cursor(stream) {
      const row = cursor.get(stream);
      return row === undefined ? undefined : parse(schemas.row, 'forwarded', row);
    },
    events: (after, limit) => events.all(after, limit).map(readEvent),
    transitions: (after, limit) => transitions.all(after, limit).map(readTransition),
    newest() {
      const row = newest.get();
      return { events: Number(row?.['events'] ?? 0), journal: Number(row?.['journal'] ?? 0) };
    },
  };
}

function readEvent(row: Row): ForwardedEvent {
  return parse(schemas.event, 'event', {
    id: row['id'],
    site: row['site'],
    device: row['device'],
    eventId: row['event_id'],
    contentHash: row['content_hash'],
    detail: json(row['detail']),
    occurredAt: row['occurred_at'],
    receivedAt: row['received_at'],
    late: row['late'] === 1,
  });
}

function readTransition(row: Row): ForwardedTransition {
  return parse(schemas.transition, 'journal', {
    id: row['id'],
    site: row['site'],
    at: row['at'],
    what: row['what'],
    value: row['value'],
    alarm: row['alarm'],
    rule: row['rule'],
    side: row['side'],
    subjectKind: row['subject_kind'],
    subject: row['subject'],
    metric: row['metric'],
    priority: row['priority'],
  });
}
