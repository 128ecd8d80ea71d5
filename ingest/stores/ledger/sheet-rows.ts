import type { SheetForm } from '../../../contract/sheet.ts';

/** Which register: of one water point or room, and one month (`2026-11`). */
export interface SheetPlace {
  readonly site: string;
  readonly area: string;
  readonly point: string;
  readonly month: string;
}

/** A register as somebody saw it or was given it. */
export interface StoredSheetVersion extends SheetPlace {
  /** From 1. */
  readonly number: number;
  readonly checksum: string;
  /** ms epoch */
  readonly keptAt: number;
  /** JSON, deflated. */
  readonly content: Uint8Array;
  /** The first time that it was given out; `by`: user name, screens show `post`. */
  readonly issued: {
    readonly at: number;
    readonly by: string;
    readonly post: string;
    readonly as: SheetForm;
  } | null;
}

export type SheetVersionChange =
  /** Leaves the version of that number that is there. */
  | { readonly op: 'keep'; readonly version: Omit<StoredSheetVersion, 'issued'> }
  /** Leaves who was given it before. */
  | {
      readonly op: 'issue';
      readonly place: SheetPlace;
      readonly number: number;
      readonly issued: NonNullable<StoredSheetVersion['issued']>;
    };

export interface SheetVersionReader {
  /** Ascending. */
  sheetVersions(place: SheetPlace): readonly StoredSheetVersion[];
}
