import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { EpochMs, Id } from '../../../contract/ids.ts';
import { ShiftRecordBody } from '../../../contract/record.ts';

/** A form as this phone keeps it: a draft, or handed in without a connection. */
export const Kept = Type.Object({
  site: Id,
  area: Id,
  body: ShiftRecordBody,
  /** When it was kept here, by this phone's clock. */
  at: EpochMs,
  /** `draft`: it goes on being filled in. `waiting`: it is handed in as soon as there is a connection. */
  state: Type.Enum(['draft', 'waiting']),
  /** Why the server did not take it; null: it was not asked yet, or could not be. */
  refused: Type.Union([Type.String(), Type.Null()]),
});
export type Kept = Static<typeof Kept>;

/** As much of a browser's storage as this needs. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const PREFIX = 'fw.shift.';
/** A forgotten draft is dropped after so many ms. */
const FORGOTTEN = 60 * 86_400_000;

export interface Outbox {
  all(): readonly Kept[];
  find(place: { site: string; area: string }, shift: ShiftRecordBody['shift']): Kept | undefined;
  /** False: this browser keeps nothing (full, or told not to). */
  keep(kept: Kept): boolean;
  drop(key: string): void;
}

/** Forms on this phone, one entry each, so that two tabs do not overwrite each other's. */
export function outbox(shelf: Shelf, now: () => number): Outbox {
  function read(name: string): Kept | undefined {
    let kept: unknown;
    try {
      kept = JSON.parse(shelf.getItem(name) ?? 'null');
    } catch {
      kept = null;
    }
    if (Check(Kept, kept) && now() - kept.at < FORGOTTEN) return kept;
    shelf.removeItem(name);
    return undefined;
  }

  function all(): readonly Kept[] {
    const names = Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? '');
    const found = names.filter((name) => name.startsWith(PREFIX)).map(read);
    return found.filter((kept) => kept !== undefined).sort((a, b) => a.at - b.at);
  }

  return {
    all,
    find: ({ site, area }, shift) =>
      all().findLast(
        ({ body, ...kept }) =>
          kept.site === site && kept.area === area && body.shift.day === shift.day && body.shift.from === shift.from,
      ),
    keep(kept) {
      try {
        shelf.setItem(PREFIX + kept.body.key, JSON.stringify(kept));
        return true;
      } catch {
        return false;
      }
    },
    drop: (key) => shelf.removeItem(PREFIX + key),
  };
}

/** Made once per form, so that the server knows it again. */
export function formKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
