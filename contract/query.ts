import type { AlarmHistory, JournalEntry, OpenHour, RangeAnswer, RangeQuery, SiteSummary } from './api.ts';
import type { SiteDelta, SiteSnapshot, Tick } from './live.ts';
import type { AcknowledgeResult } from './alarm.ts';
import type { User } from './account.ts';
import type {
  BindBody,
  BindPreview,
  QuarantineItems,
  QuarantineList,
  QuarantineSelection,
  RefusalList,
  RetryAnswer,
  UnboundList,
} from './devices.ts';
import type { HandMode, ModeBody } from './modes.ts';
import type { ShiftList, ShiftRecord, ShiftRecordBody, ShiftRecordQuery } from './record.ts';
import type { SiteRegistry } from './registry.ts';
import type { Sheet, SheetForm, SheetPaper, SheetQuery } from './sheet.ts';

export type Announcement =
  { readonly kind: 'delta'; readonly delta: SiteDelta } | { readonly kind: 'tick'; readonly tick: Tick };

/** What screens and the API read. Committed state only, but for what promise 3 shows as not stored. */
export interface QuerySide {
  /** False until the ledger is loaded. */
  ready(): boolean;
  sites(): readonly SiteSummary[];
  /** Undefined: no such site. */
  snapshot(site: string): SiteSnapshot | undefined;
  /**
   * Deltas and ticks of all sites, in order; returns the way to stop. Where `watches` says of a site that nobody looks at
   * it, there may be none: whoever begins to look takes a snapshot first.
   */
  subscribe(listener: (announcement: Announcement) => void, watches?: (site: string) => boolean): () => void;
  registry(site: string): SiteRegistry | undefined;
  alarmHistory(site: string, page: { before?: number; limit: number }): Promise<AlarmHistory | undefined>;
  journal(alarm: number): Promise<readonly JournalEntry[] | undefined>;
  /** Raw readings, blocks and tail together; undefined: no such point. */
  range(site: string, point: string, query: RangeQuery): Promise<RangeAnswer | undefined>;
  openHour(site: string, point: string): Promise<readonly OpenHour[] | undefined>;
  readonly devices: DeviceQueries;
}

/** What is asked about a device that does not appear. Undefined: no such site. */
export interface DeviceQueries {
  refusals(site: string): RefusalList | undefined;
  unbound(site: string): Promise<UnboundList | undefined>;
  /** What a binding would do. */
  preview(site: string, body: BindBody): BindPreview | FieldsRefused | undefined;
  quarantine(site: string): QuarantineList | undefined;
  /** Nothing in it when there is no such group. */
  quarantineItems(site: string, selection: QuarantineSelection): QuarantineItems | undefined;
}

export type DeskRefusal =
  | { readonly refused: 'no_such_alarm' }
  /** Nothing can be committed: 503. */
  | { readonly refused: 'not_storing' };

/** What people do. Every answer leaves after its commit. */
export interface Desk {
  acknowledge(request: { alarm: number; user: User; note: string | null }): Promise<AcknowledgeResult | DeskRefusal>;
  readonly devices: DeviceDesk;
  readonly modes: ModeDesk;
}

/** A field of what was asked cannot be taken: which one, and what would be right. */
export interface FieldsRefused {
  readonly fields: readonly { readonly field: string; readonly message: string }[];
}

/** No such site, or nothing can be stored at the moment. */
export type DeviceRefusal = { readonly refused: 'no_such_site' | 'not_storing' };

export type ModeRefusal = { readonly refused: 'no_such_site' | 'no_such_area' | 'not_storing' };

/** Modes of areas that people set. */
export interface ModeDesk {
  /** From now on; one that stands is ended by it. */
  set(request: AreaPlace & { body: ModeBody; user: User }): Promise<HandMode | FieldsRefused | ModeRefusal>;
  /** Where none stands nothing is done. */
  end(request: AreaPlace & { user: User }): Promise<'ended' | ModeRefusal>;
}

export interface DeviceDesk {
  bind(request: { site: string; body: BindBody; user: User }): Promise<'bound' | FieldsRefused | DeviceRefusal>;
  retry(request: { site: string; selection: QuarantineSelection; user: User }): Promise<RetryAnswer | DeviceRefusal>;
  /** A group that is not there is none any more. */
  discard(request: { site: string; selection: QuarantineSelection; user: User }): Promise<'discarded' | DeviceRefusal>;
}

/** What was recorded of an area, by people and by sensors. */
export interface RecordBook {
  /** The register of a month; of the area's first point that has one, unless one is named. */
  sheet(place: AreaPlace, query: SheetQuery, user: User): Promise<Sheet | 'no_such_area' | 'no_such_point'>;
  /** The same for somebody who takes it along; `checksum`: of what stands on their paper already. */
  issue(
    place: AreaPlace,
    issue: SheetQuery & { readonly as: SheetForm; readonly checksum?: string },
    user: User,
  ): Promise<Sheet | 'no_such_area' | 'no_such_point' | 'changed'>;
  /** All registers of an area, in the order of their points. */
  sheets(place: AreaPlace, query: { month: string }, user: User): Promise<readonly Sheet[] | 'no_such_area'>;
  /** The same for somebody who takes them along; `papers`: what stands on their papers already, all of them. */
  issueAll(
    place: AreaPlace,
    issue: { readonly month: string; readonly as: SheetForm; readonly papers?: readonly SheetPaper[] },
    user: User,
  ): Promise<readonly Sheet[] | 'no_such_area' | 'changed'>;
  /** A version as it was kept: what the register said then, with the versions before it. */
  keptSheet(place: AreaPlace, query: { month: string; point: string; version: number }): Sheet | 'no_such_version';
  /** Shifts of the last days that have begun, newest first; undefined: no such area. */
  shifts(site: string, area: string): Promise<ShiftList | undefined>;
  /** In the order in which they were made, corrected ones included; undefined: no such area. */
  records(place: AreaPlace, days: ShiftRecordQuery, user: User): readonly ShiftRecord[] | undefined;
  /** Handing in the same key again answers with what stands already. */
  record(
    place: AreaPlace,
    body: ShiftRecordBody,
    user: User,
  ): Promise<ShiftRecord | FieldsRefused | 'no_such_area' | 'no_such_record' | 'corrected_before'>;
  review(
    place: AreaPlace,
    id: number,
    user: User,
  ): Promise<ShiftRecord | 'no_such_record' | 'own_record' | 'corrected_before'>;
}

export interface AreaPlace {
  readonly site: string;
  readonly area: string;
}
