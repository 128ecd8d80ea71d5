import type { DatabaseSync } from 'node:sqlite';
import { DamagedFile, namingDamage } from '../sqlite/errors.ts';
import { openForReading } from '../sqlite/migrate.ts';
import { accessReader } from './read-access.ts';
import { forwardReader } from './forwarded.ts';
import { readArrivals } from './read-arrivals.ts';
import { registryVersionReader, readRegistry } from './registry-versions.ts';
import { quarantineReader } from './read-quarantine.ts';
import { channelReader } from './read-channels.ts';
import { modeReader, readStandingModes } from './read-modes.ts';
import { shiftRecordReader } from './read-records.ts';
import { sheetVersionReader } from './read-sheets.ts';
import {
  readAlarm,
  readCredential,
  readDevice,
  readHead,
  readJournal,
  readLink,
  readMachine,
  readQuarantine,
  readRefusal,
  readSeries,
  readUser,
} from './rows.ts';
import { LedgerDamaged } from './parse.ts';
import type { LedgerReader } from './types.ts';

/**
 * A read-only connection to a ledger that `openLedger` has made. Every read is one short statement that is finished
 * on return: an open one would keep the WAL from being reset. Throws DamagedFile, and so does `load`.
 */
export function openLedgerReader({ file }: { file: string }): LedgerReader {
  return namingDamage(file, () => readerOn(openForReading(file), file));
}

function readerOn(db: DatabaseSync, file: string): LedgerReader {
  const head = db.prepare('SELECT * FROM head');
  const revision = db.prepare('SELECT registry_revision FROM head');
  const registries = db.prepare('SELECT document FROM registry ORDER BY site');
  const registry = db.prepare('SELECT document, revision FROM registry WHERE site = ?');
  const refusals = db.prepare('SELECT * FROM refusal ORDER BY last_at DESC LIMIT 1000');
  const series = db.prepare('SELECT * FROM series ORDER BY id');
  const machines = db.prepare('SELECT * FROM machine');
  const openAlarms = db.prepare('SELECT * FROM alarm WHERE closed_at IS NULL ORDER BY id');
  const devices = db.prepare('SELECT * FROM device');
  const eventHashes = db.prepare('SELECT content_hash FROM event WHERE site = ? AND device = ? AND event_id = ?');
  const punches = db.prepare(
    `SELECT count(*) AS n FROM event
     WHERE site = ? AND device = ? AND kind = 'punch' AND result = 'ok' AND occurred_at >= ?`,
  );
  const alarm = db.prepare('SELECT * FROM alarm WHERE id = ?');
  const alarms = db.prepare('SELECT * FROM alarm WHERE site = ? AND id < ? ORDER BY id DESC LIMIT ?');
  const alarmsWithin = db.prepare(
    `SELECT * FROM alarm WHERE site = :site AND raised_at < :to AND coalesce(returned_at, closed_at, 9e15) > :from
     AND (subject_kind = 'point' AND subject IN (SELECT value FROM json_each(:points))
       OR subject_kind = 'device' AND :devices)
     ORDER BY id DESC LIMIT :limit`,
  );
  const journal = db.prepare('SELECT * FROM journal WHERE alarm = ? ORDER BY id');
  const starts = db.prepare(
    "SELECT at, detail ->> 'downMs' AS down FROM system_event WHERE kind IN ('started', 'stood_still') AND at > ? ORDER BY at",
  );
  const user = db.prepare('SELECT * FROM user WHERE username = ?');
  const users = db.prepare('SELECT * FROM user ORDER BY username');
  const session = db.prepare(
    `SELECT user.*, session.expires_at FROM session JOIN user USING (username)
     WHERE session.token_hash = ? AND session.expires_at > ?`,
  );
  const link = db.prepare('SELECT * FROM link WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?');
  const credentials = db.prepare(
    'SELECT * FROM credential WHERE username = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY created_at DESC',
  );
  const quarantined = db.prepare('SELECT * FROM quarantine WHERE site = ? ORDER BY id DESC LIMIT ?');

  const reader: LedgerReader = {
    ...channelReader(db),
    ...accessReader(db),
    ...shiftRecordReader(db),
    ...sheetVersionReader(db),
    ...registryVersionReader(db),
    ...modeReader(db),
    load: () =>
      namingDamage(file, () => {
        // One snapshot: the next numbers belong to exactly these rows.
        db.exec('BEGIN');
        try {
          return {
            ...readHead(head.get()),
            registries: reader.registries(),
            series: series.all().map(readSeries),
            arrivals: readArrivals(db),
            machines: machines.all().map(readMachine),
            alarms: openAlarms.all().map(readAlarm),
            devices: devices.all().map(readDevice),
            modes: readStandingModes(db),
          };
        } catch (error) {
          throw error instanceof LedgerDamaged ? new DamagedFile(file, error.message) : error;
        } finally {
          db.exec('COMMIT');
        }
      }),
    registryRevision() {
      const value = revision.get()?.['registry_revision'];
      return typeof value === 'number' ? value : 0;
    },
    registries: () => registries.all().map(readRegistry),
    registryOf: (site) =>
      optional(registry.get(site), (row) => ({ registry: readRegistry(row), revision: Number(row['revision']) })),
    eventHashes: (site, device, id) => eventHashes.all(site, device, id).map((row) => String(row['content_hash'])),
    punches: (site, device, since) => Number(punches.get(site, device, since)?.['n'] ?? 0),
    alarm: (id) => optional(alarm.get(id), readAlarm),
    alarmsOf: (site, { before = Number.MAX_SAFE_INTEGER, limit }) => alarms.all(site, before, limit).map(readAlarm),
    alarmsWithin: (site, { points, devices = false, ...rest }) =>
      alarmsWithin.all({ site, points: JSON.stringify(points), devices: Number(devices), ...rest }).map(readAlarm),
    journalOf: (id) => journal.all(id).map(readJournal),
    downtimes: (since) =>
      starts
        .all(since)
        .map(({ at, down }) => ({ from: Number(at) - Number(down), to: Number(at) }))
        .filter(({ from, to }) => from < to),
    user: (username) => optional(user.get(username), readUser),
    users: () => users.all().map(readUser),
    session: (tokenHash, now) =>
      optional(session.get(tokenHash, now), (row) => ({ user: readUser(row), expiresAt: Number(row['expires_at']) })),
    link: (tokenHash, now) => optional(link.get(tokenHash, now), readLink),
    credentials: (username, now) => credentials.all(username, now).map(readCredential),
    quarantined: (site, limit) => quarantined.all(site, limit).map(readQuarantine),
    quarantine: quarantineReader(db),
    forward: forwardReader(db),
    refusals: () => refusals.all().map(readRefusal),
    close: () => db.close(),
  };
  return reader;
}

function optional<Row, T>(row: Row | undefined, read: (row: Row) => T): T | undefined {
  return row === undefined ? undefined : read(row);
}
