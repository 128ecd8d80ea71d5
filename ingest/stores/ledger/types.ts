import type { Acknowledgement, AlarmSubject, Priority, Side } from '../../../contract/alarm.ts';
import type { JournalEntry } from '../../../contract/api.ts';
import type { DeviceEvent } from '../../../contract/event.ts';
import type { QuarantineEntry } from '../../../contract/quarantine.ts';
import type { SeriesId } from '../../../contract/reading.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { MachineState } from '../../alarms/types.ts';
import type { Arrival, ArrivalSeq } from '../arrival.ts';
import type { PackedReadings } from '../packed.ts';
import type { AccessChange, AccessReader } from './access.ts';
import type { RegistryVersionReader } from './registry-versions.ts';
import type { ChannelChangeRow, ChannelReader, NotificationIntent } from './channels.ts';
import type { ModeChange, ModeReader, StoredMode } from './mode-rows.ts';
import type { SheetVersionChange, SheetVersionReader } from './sheet-rows.ts';
import type { ShiftRecordChange, ShiftRecordReader } from './shift-rows.ts';
import type { ForwardedRow, ForwardReader } from './forwarded.ts';
import type { QuarantineChange, QuarantineReader, RefusalChange, StoredRefusal } from './device-rows.ts';

/** A series is (point, metric); what no binding names is a device's own series. */
export interface Series {
  readonly id: SeriesId;
  readonly site: string;
  readonly owner: { readonly kind: 'point' | 'device'; readonly id: string };
  /** `metric` for a point, `metric` or `metric.channel` for a device's own. */
  readonly metric: string;
}

/** An event with the hash that tells a repeat from a conflict. */
export interface StoredEvent extends DeviceEvent {
  /** SHA-256 of the content, hex, 32 characters. */
  readonly contentHash: string;
  /** Same id as an earlier one, other content: kept, and counted as a conflict. */
  readonly conflict: boolean;
}

/** One occurrence of an alarm: from raised to normal. What a screen shows besides comes from the registry and the catalogue. */
export interface AlarmRecord {
  /** Unique for ever. */
  readonly id: number;
  readonly site: string;
  /** `rule|side|subject kind|subject id`: one machine, one alarm at a time. */
  readonly key: string;
  readonly rule: string;
  readonly side: Side | null;
  readonly subject: AlarmSubject;
  readonly metric: string | null;
  readonly priority: Priority;
  readonly raisedAt: number;
  readonly returnedAt: number | null;
  readonly closedAt: number | null;
  readonly acknowledged: Acknowledgement | null;
  readonly value: number | null;
  readonly worst: number | null;
  readonly limit: number | null;
  readonly unknown: boolean;
  readonly late: boolean;
  readonly gathers: readonly string[];
  /** What it shows besides, in no language; null: nothing. */
  readonly detail?: string | null;
}

export interface MachineRecord {
  readonly key: string;
  readonly site: string;
  readonly state: MachineState;
  /** The occurrence that this machine stands for now; null when normal. */
  readonly alarm: number | null;
}

export interface JournalRow extends JournalEntry {
  readonly site: string;
  /** Null for entries about the site or system itself. */
  readonly alarm: number | null;
  /** User name of who did it; screens and exports show the duty post, `by`. */
  readonly account: string | null;
}

/** Entries of the system's own diary: starts, downtimes, clock steps, conflicts, registry changes, sign-ins. */
export interface SystemEvent {
  readonly at: number;
  readonly site: string | null;
  readonly kind: string;
  readonly actor: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** What is remembered of a device across restarts: presence, clock, newest events. JSON, owned by the line. */
export interface DeviceRecord {
  readonly site: string;
  readonly device: string;
  readonly state: unknown;
}

/** Everything that one commit carries: one transaction, all or nothing. */
export interface LedgerBatch {
  /** ms epoch of the commit; the ledger keeps the newest. */
  readonly at: number;
  /** Times (ms epoch) from which we go on: commits that seem newer were dated by a clock that was wrong, this one is not. */
  readonly setBacks?: readonly number[];
  readonly series?: readonly Series[];
  readonly arrivals?: PackedReadings;
  readonly events?: readonly StoredEvent[];
  readonly quarantine?: readonly QuarantineEntry[];
  readonly alarms?: readonly AlarmRecord[];
  readonly machines?: readonly MachineRecord[];
  readonly devices?: readonly DeviceRecord[];
  readonly journal?: readonly JournalRow[];
  readonly notifications?: readonly NotificationIntent[];
  readonly systemEvents?: readonly SystemEvent[];
  readonly registry?: readonly SiteRegistry[];
  readonly registryChanges?: readonly RegistryChange[];
  /** Each with its row of the diary: both or neither. */
  readonly quarantineChanges?: readonly { readonly change: QuarantineChange; readonly audit: SystemEvent }[];
  readonly refusals?: readonly RefusalChange[];
  readonly accounts?: readonly AccountChange[];
  readonly access?: readonly AccessChange[];
  readonly channels?: readonly ChannelChangeRow[];
  readonly modes?: readonly ModeChange[];
  readonly forwarded?: readonly ForwardedRow[];
  readonly shiftRecords?: readonly ShiftRecordChange[];
  readonly sheetVersions?: readonly SheetVersionChange[];
}

/** A registry that somebody changed here. Fails the whole commit when it is not at `revision` any more. */
export interface RegistryChange {
  readonly registry: SiteRegistry;
  readonly revision: number;
  readonly audits: readonly SystemEvent[];
}

export type AccountChange =
  | {
      readonly op: 'user.create';
      readonly username: string;
      readonly post: string;
      readonly role: string;
      readonly passwordHash: string;
      readonly at: number;
    }
  /** Leaves what it does not name. Fails the commit for an unknown user, and for the last administrator's role. */
  | {
      readonly op: 'user.change';
      readonly username: string;
      readonly post?: string;
      readonly role?: string;
      readonly passwordHash?: string;
      readonly at: number;
    }
  /** With all sessions. Fails the commit for an unknown user and for the last administrator. */
  | { readonly op: 'user.remove'; readonly username: string }
  | { readonly op: 'user.password'; readonly username: string; readonly passwordHash: string; readonly at: number }
  | {
      readonly op: 'session.create';
      readonly tokenHash: string;
      readonly username: string;
      readonly at: number;
      readonly expiresAt: number;
    }
  | { readonly op: 'session.delete'; readonly tokenHash: string }
  | { readonly op: 'session.deleteOfUser'; readonly username: string; readonly keepTokenHash?: string }
  /** `setup` makes the administrator; `sign_in` opens a session as its user. */
  | {
      readonly op: 'link.create';
      readonly tokenHash: string;
      readonly purpose: 'setup' | 'sign_in';
      readonly username: string | null;
      readonly at: number;
      readonly expiresAt: number;
    }
  /** Fails the whole commit when the link is used, expired or unknown: a link works once. */
  | { readonly op: 'link.use'; readonly tokenHash: string; readonly at: number }
  | {
      readonly op: 'credential.create';
      readonly username: string;
      readonly clientId: string;
      readonly site: string;
      readonly device: string;
      readonly tokenHash: string;
      readonly at: number;
    }
  /** All credentials of the user name end at once. Fails the commit when none works. */
  | { readonly op: 'credential.revoke'; readonly username: string; readonly at: number }
  /** Older credentials of the user name end at `expiresAt`: the overlap of a rotation. */
  | {
      readonly op: 'credential.expireOthers';
      readonly username: string;
      readonly keepTokenHash: string;
      readonly expiresAt: number;
    };

export const CONFLICT_CODES = [
  'link_used',
  'user_exists',
  'user_unknown',
  'last_administrator',
  'name_taken',
  'ended',
  'corrected_before',
] as const;
export type ConflictCode = (typeof CONFLICT_CODES)[number];

/** The batch broke a rule of the ledger (a used link, a name taken): repeating it cannot help. */
export class LedgerConflict extends Error {
  override readonly name = 'LedgerConflict';
  readonly code: ConflictCode;
  constructor(code: ConflictCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Another process wrote the registry between its reading and this commit: read it again and begin anew. */
export class RegistryChanged extends Error {
  override readonly name = 'RegistryChanged';
}

/** A commit that failed. `transient`: busy, locked, disk full, I/O error: the identical batch may pass later. */
export class CommitFailed extends Error {
  override readonly name = 'CommitFailed';
  readonly transient: boolean;
  readonly sqliteCode: number | null;
  constructor(message: string, options: { transient: boolean; sqliteCode: number | null; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.transient = options.transient;
    this.sqliteCode = options.sqliteCode;
  }
}

/** What a start reads back. */
export interface LedgerState {
  /** ms epoch of the newest commit; null for a new ledger. */
  readonly lastCommitAt: number | null;
  readonly registries: readonly SiteRegistry[];
  /** Changes with every registry write, from this process or another. */
  readonly registryRevision: number;
  readonly series: readonly Series[];
  readonly nextSeriesId: SeriesId;
  readonly nextArrivalSeq: ArrivalSeq;
  readonly nextAlarmId: number;
  /** The log: every arrival not yet trimmed, in order. */
  readonly arrivals: readonly Arrival[];
  readonly machines: readonly MachineRecord[];
  /** Alarms that are not closed. */
  readonly alarms: readonly AlarmRecord[];
  readonly devices: readonly DeviceRecord[];
  /** Set by hand, ascending by their beginning: those that hold, and that ended not long ago. */
  readonly modes: readonly StoredMode[];
}

/** The ledger, written by its own thread. */
export interface Ledger {
  /** Resolves after the transaction is durable (synchronous=FULL). Rejects with CommitFailed or LedgerConflict. */
  commit(batch: LedgerBatch): Promise<void>;
  /**
   * Whether a batch whose commit failed is in the file all the same: its thread was lost before it could answer. Told
   * once, and false for any other. Rejects with CommitFailed while that cannot be looked up.
   */
  committed(batch: LedgerBatch): Promise<boolean>;
  /**
   * `reserve`: the disk was full at the newest commit, and what is committed lives on the space that was kept back for
   * that; `ample` again when it could be made anew. Always `ample` for a ledger without a reserve.
   */
  room(): 'ample' | 'reserve';
  /** Deletes arrivals with seq ≤ `upTo`: their consumer holds them durably. */
  trim(upTo: ArrivalSeq): Promise<void>;
  /** Deletes what is past its retention; counts rows. Times are ms epoch. */
  expire(before: {
    events: number;
    quarantine: number;
    sessions: number;
    /** Tokens and walls that ended. */
    ended: number;
    /** The diary. */
    diary: number;
  }): Promise<void>;
  close(): Promise<void>;
}

export interface StoredUser {
  readonly username: string;
  readonly post: string;
  readonly role: string;
  readonly passwordHash: string;
}

export interface AlarmsWithin {
  readonly points: readonly string[];
  /** Also those of all devices: they explain what points lack. */
  readonly devices?: boolean;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Short keyed reads, synchronous on a read-only connection: committed state, also of other processes. */
export interface LedgerReader
  extends ChannelReader, AccessReader, ShiftRecordReader, SheetVersionReader, RegistryVersionReader, ModeReader {
  load(): LedgerState;
  registryRevision(): number;
  registries(): readonly SiteRegistry[];
  /** One site's, with the revision at which it was written. */
  registryOf(site: string): { readonly registry: SiteRegistry; readonly revision: number } | undefined;
  /** Content hashes of all events kept under an id; more than one where contents were in conflict. */
  eventHashes(site: string, device: string, id: string): readonly string[];
  /** Successful punches of a terminal since a moment. */
  punches(site: string, device: string, since: number): number;
  alarm(id: number): AlarmRecord | undefined;
  alarmsOf(site: string, page: { before?: number; limit: number }): readonly AlarmRecord[];
  /** Alarms of points whose condition was present between two moments (ms epoch), the newest first. */
  alarmsWithin(site: string, query: AlarmsWithin): readonly AlarmRecord[];
  journalOf(alarm: number): readonly JournalRow[];
  /** When we did not run, of the starts since a moment: from the newest commit before to the start; ms epoch. */
  downtimes(since: number): readonly { readonly from: number; readonly to: number }[];
  user(username: string): StoredUser | undefined;
  users(): readonly StoredUser[];
  /** The user of a session that has not expired. */
  session(tokenHash: string, now: number): { readonly user: StoredUser; readonly expiresAt: number } | undefined;
  /** A link that was not used and has not expired. */
  link(
    tokenHash: string,
    now: number,
  ): { readonly purpose: 'setup' | 'sign_in'; readonly username: string | null } | undefined;
  /** Credentials of a user name that have not expired. */
  credentials(
    username: string,
    now: number,
  ): readonly {
    readonly site: string;
    readonly device: string;
    readonly clientId: string;
    readonly tokenHash: string;
  }[];
  quarantined(site: string, limit: number): readonly (QuarantineEntry & { readonly id: number })[];
  readonly quarantine: QuarantineReader;
  readonly forward: ForwardReader;
  /** At most a few hundred. */
  refusals(): readonly StoredRefusal[];
  close(): void;
}
