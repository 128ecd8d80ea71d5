import type { DatabaseSync } from 'node:sqlite';
import type { PackedReadings } from '../packed.ts';
import { inTransaction } from '../sqlite/migrate.ts';
import type { LedgerBatch } from './types.ts';
import { accessWriter } from './write-access.ts';
import { accountWriter } from './write-accounts.ts';
import { alarmWriter } from './write-alarms.ts';
import { arrivalWriter } from './write-arrivals.ts';
import { channelWriter } from './write-channels.ts';
import { credentialEnder } from './write-credentials.ts';
import { modeWriter } from './write-modes.ts';
import { forwardedWriter } from './write-forwarded.ts';
import { shiftRecordWriter } from './write-records.ts';
import { sheetVersionWriter } from './write-sheets.ts';
import { quarantineWriter } from './write-quarantine.ts';
import { seldomRegistryWriter } from './write-registry-seldom.ts';

export interface BatchWriter {
  /** One transaction, durable on return. `number` marks it as this writer's newest. */
  write(work: { number: number; batch: Omit<LedgerBatch, 'arrivals'>; arrivals: PackedReadings }): void;
  /** Number of this writer's newest batch in the file; 0: none. */
  mark(): number;
}

const MARK_KEPT = 24 * 3_600_000;

export function batchWriter(db: DatabaseSync, writer: string): BatchWriter {
  const head = db.prepare(`UPDATE head SET
    last_commit_at = iif(:back, :at, max(coalesce(last_commit_at, 0), :at)),
    next_series_id = max(next_series_id, :series + 1),
    next_arrival_seq = max(next_arrival_seq, :arrival + 1),
    next_alarm_id = max(next_alarm_id, :alarm + 1)`);
  const mark = db.prepare(
    'INSERT INTO commit_mark VALUES (:writer, :number, :at) ON CONFLICT DO UPDATE SET batch = :number, at = :at',
  );
  const readMark = db.prepare('SELECT batch FROM commit_mark WHERE writer = ?');
  db.prepare(
    'DELETE FROM commit_mark WHERE writer <> ? AND at < (SELECT coalesce(last_commit_at, 0) FROM head) - ?',
  ).run(writer, MARK_KEPT);

  const arrivals = arrivalWriter(db);
  const alarms = alarmWriter(db);
  const accounts = accountWriter(db);
  const access = accessWriter(db);
  const endCredentials = credentialEnder(db);
  const registry = seldomRegistryWriter(db);
  const quarantine = quarantineWriter(db);
  const channels = channelWriter(db);
  const modes = modeWriter(db);
  const forwarded = forwardedWriter(db);
  const records = shiftRecordWriter(db);
  const sheets = sheetVersionWriter(db);

  return {
    write({ number, batch, arrivals: packed }) {
      inTransaction(db, () => {
        // Accounts first: a link that was used ends the batch before anything else is done.
        accounts(batch.accounts ?? []);
        access(batch.access ?? []);
        const series = arrivals.series(batch.series ?? []);
        const arrival = arrivals.arrivals(packed);
        arrivals.events(batch.events ?? []);
        quarantine.entries(batch.quarantine ?? []);
        const alarm = alarms.alarms(batch.alarms ?? []);
        alarms.machines(batch.machines ?? []);
        alarms.devices(batch.devices ?? []);
        alarms.journal(batch.journal ?? []);
        alarms.notifications(batch.notifications ?? []);
        alarms.systemEvents(batch.systemEvents ?? []);
        registry.put(batch.registry ?? [], batch.at);
        const { registryChanges = [], quarantineChanges = [] } = batch;
        registry.change(registryChanges, batch.at);
        endCredentials([...(batch.registry ?? []), ...registryChanges.map(({ registry: one }) => one)], batch.at);
        quarantine.changes(quarantineChanges.map(({ change }) => change));
        alarms.systemEvents([
          ...registryChanges.flatMap(({ audits }) => audits),
          ...quarantineChanges.map(({ audit }) => audit),
        ]);
        quarantine.refusals(batch.refusals ?? []);
        channels(batch.channels ?? []);
        modes(batch.modes ?? []);
        forwarded(batch.forwarded ?? []);
        records(batch.shiftRecords ?? []);
        sheets(batch.sheetVersions ?? []);
        head.run({ at: batch.at, back: Number((batch.setBacks ?? []).length > 0), series, arrival, alarm });
        mark.run({ writer, number, at: batch.at });
      });
    },
    mark() {
      const batch = readMark.get(writer)?.['batch'];
      return typeof batch === 'number' ? batch : 0;
    },
  };
}
