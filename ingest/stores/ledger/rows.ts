import type { SQLOutputValue } from 'node:sqlite';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Acknowledgement, AlarmSubject, Priority, Side } from '../../../contract/alarm.ts';
import { JournalEntry } from '../../../contract/api.ts';
import { REFUSAL_REASONS } from '../../../contract/message.ts';
import type { StoredQuarantineGroup, StoredRefusal } from './device-rows.ts';
import type { AlarmRecord, DeviceRecord, JournalRow, MachineRecord, Series } from './types.ts';
import { json, parse, type Row } from './parse.ts';

// What is read back is checked: a file may have been written by another version, or by hand.

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const number = nullable(Type.Number());
const text = nullable(Type.String());

const stopwatch = Type.Object({ elapsed: Type.Number(), since: number });
const machineState = Type.Object({
  phase: Type.Enum(['normal', 'unacknowledged', 'acknowledged', 'returned_unacknowledged']),
  breached: Type.Boolean(),
  known: Type.Boolean(),
  inForce: Type.Boolean(),
  on: stopwatch,
  off: stopwatch,
  value: number,
  worst: number,
});
const alarm = Type.Object({
  id: Type.Integer(),
  site: Type.String(),
  key: Type.String(),
  rule: Type.String(),
  side: nullable(Side),
  subject: AlarmSubject,
  metric: text,
  priority: Priority,
  raisedAt: Type.Number(),
  returnedAt: number,
  closedAt: number,
  acknowledged: nullable(Acknowledgement),
  value: number,
  worst: number,
  limit: number,
  unknown: Type.Boolean(),
  late: Type.Boolean(),
  gathers: Type.Array(Type.String()),
  detail: text,
});
const machine = Type.Object({ site: Type.String(), key: Type.String(), state: machineState, alarm: number });
const series = Type.Object({
  id: Type.Integer(),
  site: Type.String(),
  owner: Type.Object({ kind: Type.Enum(['point', 'device']), id: Type.String() }),
  metric: Type.String(),
});
const head = Type.Object({
  lastCommitAt: number,
  registryRevision: Type.Integer(),
  nextSeriesId: Type.Integer(),
  nextArrivalSeq: Type.Integer(),
  nextAlarmId: Type.Integer(),
});
const user = Type.Object({
  username: Type.String(),
  post: Type.String(),
  role: Type.String(),
  passwordHash: Type.String(),
});
const link = Type.Object({ purpose: Type.Enum(['setup', 'sign_in']), username: text });
const credential = Type.Object({
  site: Type.String(),
  device: Type.String(),
  clientId: Type.String(),
  tokenHash: Type.String(),
});
const quarantine = Type.Object({
  id: Type.Integer(),
  site: Type.String(),
  device: Type.String(),
  topic: Type.String(),
  receivedAt: Type.Number(),
  scope: Type.Enum(['message', 'part']),
  reason: Type.Object({
    code: Type.Enum([
      'not_utf8',
      'not_json',
      'wrong_shape',
      'bad_time',
      'unknown_metric',
      'not_a_number',
      'missing_field',
      'bad_field',
      'unknown_event_kind',
      'unknown_device',
      'too_many_series',
      'too_old',
      'bad_status',
      'offender',
      'store_rejected',
    ]),
    path: Type.String(),
    detail: Type.String(),
  }),
  size: Type.Number(),
  keys: nullable(Type.Array(Type.String())),
});
const quarantineGroup = Type.Object({
  id: Type.Integer(),
  site: Type.String(),
  device: Type.String(),
  topic: Type.String(),
  code: Type.String(),
  scope: Type.Enum(['message', 'part']),
  contentKept: Type.Boolean(),
  count: Type.Integer(),
  firstAt: Type.Number(),
  lastAt: Type.Number(),
});
const refusal = Type.Object({
  key: Type.String(),
  reason: Type.Enum(REFUSAL_REASONS),
  clientId: text,
  username: text,
  address: Type.String(),
  detail: text,
  count: Type.Integer(),
  firstAt: Type.Number(),
  lastAt: Type.Number(),
});
const journal = Type.Intersect([JournalEntry, Type.Object({ site: Type.String(), alarm: number, account: text })]);

const schemas = {
  alarm: Compile(alarm),
  machine: Compile(machine),
  series: Compile(series),
  head: Compile(head),
  user: Compile(user),
  link: Compile(link),
  credential: Compile(credential),
  quarantine: Compile(quarantine),
  quarantineGroup: Compile(quarantineGroup),
  refusal: Compile(refusal),
  journal: Compile(journal),
};

const flag = (value: SQLOutputValue | undefined): unknown => (value === 0 || value === 1 ? value === 1 : value);

export const readHead = (row: Row | undefined) =>
  parse(schemas.head, 'head', {
    lastCommitAt: row?.['last_commit_at'],
    registryRevision: row?.['registry_revision'],
    nextSeriesId: row?.['next_series_id'],
    nextArrivalSeq: row?.['next_arrival_seq'],
    nextAlarmId: row?.['next_alarm_id'],
  });

export const readSeries = (row: Row): Series =>
  parse(schemas.series, 'series', {
    id: row['id'],
    site: row['site'],
    owner: { kind: row['owner_kind'], id: row['owner'] },
    metric: row['metric'],
  });

export const readAlarm = (row: Row): AlarmRecord =>
  parse(schemas.alarm, 'alarm', {
    id: row['id'],
    site: row['site'],
    key: row['key'],
    rule: row['rule'],
    side: row['side'],
    subject: { kind: row['subject_kind'], id: row['subject'] },
    metric: row['metric'],
    priority: row['priority'],
    raisedAt: row['raised_at'],
    returnedAt: row['returned_at'],
    closedAt: row['closed_at'],
    acknowledged: json(row['acknowledged']),
    value: row['value'],
    worst: row['worst'],
    limit: row['limit_value'],
    unknown: flag(row['unknown']),
    late: flag(row['late']),
    gathers: json(row['gathers']),
    detail: row['detail'],
  });

export const readMachine = (row: Row): MachineRecord =>
  parse(schemas.machine, 'machine', {
    site: row['site'],
    key: row['key'],
    state: json(row['state']),
    alarm: row['alarm'],
  });

export const readDevice = (row: Row): DeviceRecord => ({
  site: String(row['site']),
  device: String(row['device']),
  state: json(row['state']),
});

export const readJournal = (row: Row): JournalRow =>
  parse(schemas.journal, 'journal', {
    site: row['site'],
    alarm: row['alarm'],
    at: row['at'],
    what: row['what'],
    value: row['value'],
    by: row['by'],
    account: row['account'],
    note: row['note'],
  });

export const readUser = (row: Row): Static<typeof user> =>
  parse(schemas.user, 'user', {
    username: row['username'],
    post: row['post'],
    role: row['role'],
    passwordHash: row['password_hash'],
  });

export const readLink = (row: Row): Static<typeof link> =>
  parse(schemas.link, 'link', { purpose: row['purpose'], username: row['username'] });

export const readCredential = (row: Row): Static<typeof credential> =>
  parse(schemas.credential, 'credential', {
    site: row['site'],
    device: row['device'],
    clientId: row['client_id'],
    tokenHash: row['token_hash'],
  });

export const readQuarantine = (row: Row) => {
  const payload = row['payload'];
  const entry = parse(schemas.quarantine, 'quarantine', {
    id: row['id'],
    site: row['site'],
    device: row['device'],
    topic: row['topic'],
    receivedAt: row['received_at'],
    scope: row['scope'],
    reason: { code: row['code'], path: row['path'], detail: row['detail'] },
    size: row['size'],
    keys: json(row['keys']),
  });
  return { ...entry, payload: payload instanceof Uint8Array ? payload : null };
};

export const readQuarantineGroup = (row: Row): StoredQuarantineGroup =>
  parse(schemas.quarantineGroup, 'quarantine_group', {
    id: row['id'],
    site: row['site'],
    device: row['device'],
    topic: row['topic'],
    code: row['code'],
    scope: row['scope'],
    contentKept: flag(row['content_kept']),
    count: Number(row['seen']) - Number(row['read']),
    firstAt: row['first_at'],
    lastAt: row['last_at'],
  });

export const readRefusal = (row: Row): StoredRefusal =>
  parse(schemas.refusal, 'refusal', {
    key: row['key'],
    reason: row['reason'],
    clientId: row['client_id'],
    username: row['username'],
    address: row['address'],
    detail: row['detail'],
    count: row['count'],
    firstAt: row['first_at'],
    lastAt: row['last_at'],
  });
