import type { QuarantineEntry } from '../../../contract/quarantine.ts';
import type { RefusalReason } from '../../../contract/message.ts';

/** What names a group of the quarantine that is open. */
export interface QuarantineKey {
  readonly site: string;
  readonly device: string;
  readonly topic: string;
  readonly code: string;
}

export interface StoredQuarantineGroup extends QuarantineKey {
  readonly id: number;
  readonly scope: 'message' | 'part';
  readonly contentKept: boolean;
  /** Entries that could not be read so far, kept or only counted. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface KeptEntry extends QuarantineEntry {
  readonly id: number;
}

/** What people do with the quarantine. */
export type QuarantineChange =
  /** These entries could be read after all. */
  | { readonly op: 'read'; readonly ids: readonly number[]; readonly at: number }
  /** Nobody wants to see this group any more; the next entry of its kind begins another. */
  | { readonly op: 'discard'; readonly group: number; readonly at: number };

export interface StoredRefusal {
  readonly key: string;
  readonly reason: RefusalReason;
  readonly clientId: string | null;
  readonly username: string | null;
  readonly address: string;
  readonly detail: string | null;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export type RefusalChange =
  { readonly op: 'put'; readonly row: StoredRefusal } | { readonly op: 'drop'; readonly key: string };

/** Short keyed reads of the quarantine, each bounded. */
export interface QuarantineReader {
  /** Open groups, newest first, at most 500. */
  groups(site: string): readonly StoredQuarantineGroup[];
  group(key: QuarantineKey): StoredQuarantineGroup | undefined;
  /** Kept entries that were not read: the newest and the first, newest first, at most 25; payloads cut to `cut` bytes. */
  shown(group: number, cut: number): readonly KeptEntry[];
  /** Entries per ten minutes from a moment on, oldest first. */
  counts(group: number, since: number): readonly { readonly from: number; readonly count: number }[];
  /** Ids and payload bytes of all that is kept and was not read, oldest first. */
  unread(group: number): readonly { readonly id: number; readonly bytes: number }[];
  entry(id: number): KeptEntry | undefined;
}
