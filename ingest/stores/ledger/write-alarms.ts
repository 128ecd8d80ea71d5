import type { DatabaseSync } from 'node:sqlite';
import type { AlarmRecord, DeviceRecord, JournalRow, MachineRecord, SystemEvent } from './types.ts';
import type { NotificationIntent } from './channels.ts';

/** What the line made of it. */
export interface AlarmWriter {
  /** Returns the highest id; 0: none. */
  alarms(rows: readonly AlarmRecord[]): number;
  machines(rows: readonly MachineRecord[]): void;
  devices(rows: readonly DeviceRecord[]): void;
  journal(rows: readonly JournalRow[]): void;
  notifications(rows: readonly NotificationIntent[]): void;
  systemEvents(rows: readonly SystemEvent[]): void;
}

export function alarmWriter(db: DatabaseSync): AlarmWriter {
  const putAlarm = db.prepare(`INSERT INTO alarm VALUES
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      priority = excluded.priority, returned_at = excluded.returned_at, closed_at = excluded.closed_at,
      acknowledged = excluded.acknowledged, value = excluded.value, worst = excluded.worst,
      limit_value = excluded.limit_value, unknown = excluded.unknown, late = excluded.late, gathers = excluded.gathers,
      detail = excluded.detail`);
  const putMachine = db.prepare(`INSERT INTO machine VALUES (?, ?, ?, ?)
    ON CONFLICT (site, key) DO UPDATE SET state = excluded.state, alarm = excluded.alarm`);
  const putDevice = db.prepare(
    'INSERT INTO device VALUES (?, ?, ?) ON CONFLICT (site, device) DO UPDATE SET state = excluded.state',
  );
  const addJournal = db.prepare(
    'INSERT INTO journal (site, alarm, at, what, value, by, account, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  // Where a site has no channels nobody has to look for whom to tell.
  const addNotification = db.prepare(`INSERT INTO notification (site, alarm, what, at, recipients)
    VALUES (:site, :alarm, :what, :at, iif(EXISTS (SELECT 1 FROM channel WHERE site = :site), NULL, 0))`);
  const addSystemEvent = db.prepare('INSERT INTO system_event (at, site, kind, actor, detail) VALUES (?, ?, ?, ?, ?)');

  const write = (alarm: AlarmRecord): void => {
    putAlarm.run(
      alarm.id,
      alarm.site,
      alarm.key,
      alarm.rule,
      alarm.side,
      alarm.subject.kind,
      alarm.subject.id,
      alarm.metric,
      alarm.priority,
      alarm.raisedAt,
      alarm.returnedAt,
      alarm.closedAt,
      alarm.acknowledged === null ? null : JSON.stringify(alarm.acknowledged),
      alarm.value,
      alarm.worst,
      alarm.limit,
      Number(alarm.unknown),
      Number(alarm.late),
      JSON.stringify(alarm.gathers),
      alarm.detail ?? null,
    );
  };

  return {
    alarms(rows) {
      // Closed ones first: their machine may have raised its next alarm in the same batch.
      for (const alarm of rows) if (alarm.closedAt !== null) write(alarm);
      for (const alarm of rows) if (alarm.closedAt === null) write(alarm);
      return rows.reduce((highest, { id }) => Math.max(highest, id), 0);
    },
    machines(rows) {
      for (const { site, key, state, alarm } of rows) putMachine.run(site, key, JSON.stringify(state), alarm);
    },
    devices(rows) {
      for (const { site, device, state } of rows) putDevice.run(site, device, JSON.stringify(state ?? null));
    },
    journal(rows) {
      for (const { site, alarm, at, what, value, by, account, note } of rows)
        addJournal.run(site, alarm, at, what, value, by, account, note);
    },
    notifications(rows) {
      for (const { site, alarm, what, at } of rows) addNotification.run({ site, alarm, what, at });
    },
    systemEvents(rows) {
      for (const { at, site, kind, actor, detail } of rows)
        addSystemEvent.run(at, site, kind, actor, JSON.stringify(detail));
    },
  };
}
