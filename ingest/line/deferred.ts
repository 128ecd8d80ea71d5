import type { LedgerBatch } from '../stores/ledger/types.ts';

/** Rows of the diary kept while nothing can be committed; more are dropped, oldest first. */
const DIARY_LIMIT = 10_000;

/**
 * What was judged while nothing could be committed: alarm transitions and what they hang on, the newest of each.
 * Readings, events and quarantine are not kept: they were not acknowledged, and their devices send them again.
 */
export function createDeferred() {
  const series = new Map<number, NonNullable<LedgerBatch['series']>[number]>();
  const alarms = new Map<number, NonNullable<LedgerBatch['alarms']>[number]>();
  const machines = new Map<string, NonNullable<LedgerBatch['machines']>[number]>();
  const devices = new Map<string, NonNullable<LedgerBatch['devices']>[number]>();
  let journal: NonNullable<LedgerBatch['journal']> = [];
  let notifications: NonNullable<LedgerBatch['notifications']> = [];
  let systemEvents: NonNullable<LedgerBatch['systemEvents']> = [];
  let setBacks: readonly number[] = [];

  return {
    note(event: NonNullable<LedgerBatch['systemEvents']>[number]): void {
      systemEvents = [...systemEvents, event];
    },
    add(batch: LedgerBatch): void {
      setBacks = [...setBacks, ...(batch.setBacks ?? [])];
      for (const row of batch.series ?? []) series.set(row.id, row);
      for (const row of batch.alarms ?? []) alarms.set(row.id, row);
      for (const row of batch.machines ?? []) machines.set(`${row.site}|${row.key}`, row);
      for (const row of batch.devices ?? []) devices.set(`${row.site}|${row.device}`, row);
      journal = [...journal, ...(batch.journal ?? [])].slice(-DIARY_LIMIT);
      notifications = [...notifications, ...(batch.notifications ?? [])].slice(-DIARY_LIMIT);
      systemEvents = [...systemEvents, ...(batch.systemEvents ?? [])].slice(-DIARY_LIMIT);
    },
    batch: (at: number): LedgerBatch => ({
      at,
      setBacks,
      series: [...series.values()],
      alarms: [...alarms.values()],
      machines: [...machines.values()],
      devices: [...devices.values()],
      journal,
      notifications,
      systemEvents,
    }),
    /** The same, cut so that what the ledger refuses takes as little as possible along. */
    parts: (at: number): LedgerBatch[] => [
      ...[...series.values()].map((row) => ({ at, series: [row] })),
      { at, setBacks, alarms: [...alarms.values()], machines: [...machines.values()] },
      { at, devices: [...devices.values()] },
      { at, journal },
      { at, notifications },
      { at, systemEvents },
    ],
    /** Drops what is in the ledger by now; of what is written anew with each change, the newest may still be to come. */
    forget(batch: LedgerBatch): void {
      const there = new Set<object>([
        ...(batch.journal ?? []),
        ...(batch.notifications ?? []),
        ...(batch.systemEvents ?? []),
      ]);
      for (const { id } of batch.series ?? []) series.delete(id);
      journal = journal.filter((row) => !there.has(row));
      notifications = notifications.filter((row) => !there.has(row));
      systemEvents = systemEvents.filter((row) => !there.has(row));
    },
    clear(): void {
      setBacks = [];
      for (const kept of [series, alarms, machines, devices]) kept.clear();
      journal = [];
      notifications = [];
      systemEvents = [];
    },
  };
}
