import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Compile } from 'typebox/compile';
import type { User } from '../../../contract/account.ts';
import type { Clock } from '../../../contract/clock.ts';
import { type KeptVersion, SheetContent, type SheetForm } from '../../../contract/sheet.ts';
import { extended } from './sheet-editions.ts';
import type { SheetPlace, SheetVersionReader, StoredSheetVersion } from './sheet-rows.ts';
import type { Ledger } from './types.ts';

export interface SheetVersionsOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: SheetVersionReader;
  readonly clock: Clock;
}

/** A register that is kept, with what it said; null: an older program kept it, and this one cannot compare it. */
export interface VersionKept extends KeptVersion {
  readonly content: SheetContent | null;
}

const content = Compile(SheetContent);
/** Contents are taken out of their rows once: a page asks for them again and again. */
const REMEMBERED = 50;

/** Versions of monthly registers. What was given out once is kept for ever. */
export function sheetVersions({ ledger, reader, clock }: SheetVersionsOptions) {
  const remembered = new Map<string, SheetContent | null>();

  function contentOf(stored: StoredSheetVersion): SheetContent | null {
    const { site, area, point, month, number } = stored;
    const key = [site, area, point, month, number].join('|');
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const found = extended(JSON.parse(inflateRawSync(stored.content).toString()));
    const parsed = content.Check(found) ? found : null;
    remembered.set(key, parsed);
    for (const oldest of remembered.keys()) if (remembered.size > REMEMBERED) remembered.delete(oldest);
    return parsed;
  }

  const list = (place: SheetPlace): readonly VersionKept[] =>
    reader.sheetVersions(place).map((stored) => {
      const { number, checksum, keptAt, issued } = stored;
      const given = issued === null ? null : { at: issued.at, by: issued.post, as: issued.as };
      return { number, checksum, keptAt, issued: given, content: contentOf(stored) };
    });

  /** Keeps it as the next version, unless it is the newest already. Resolves with its number. */
  async function keep(place: SheetPlace, made: { checksum: string; content: SheetContent }): Promise<number> {
    const { checksum } = made;
    for (;;) {
      const newest = reader.sheetVersions(place).at(-1);
      if (newest?.checksum === checksum) return newest.number;
      const at = clock.now().wall;
      const bytes = deflateRawSync(JSON.stringify(made.content));
      const number = (newest?.number ?? 0) + 1;
      const version = { ...place, number, checksum, keptAt: at, content: new Uint8Array(bytes) };
      // Of two that are kept at the same moment, one finds its number taken, and takes the next.
      await ledger.commit({ at, sheetVersions: [{ op: 'keep', version }] });
    }
  }

  return {
    list,
    keep,

    /** Notes in the journal who was given which version; `number`: null while the month runs. */
    async issue(
      place: SheetPlace,
      { number, checksum, as }: { number: number | null; checksum: string; as: SheetForm },
      user: User,
    ): Promise<void> {
      const at = clock.now().wall;
      const { site, area, point, month } = place;
      const issued = { at, by: user.username, post: user.post, as };
      await ledger.commit({
        at,
        sheetVersions: number === null ? [] : [{ op: 'issue', place, number, issued }],
        systemEvents: [
          {
            ...{ at, site, kind: 'sheet.issued', actor: user.username },
            detail: { area, point, month, version: number, checksum, as },
          },
        ],
      });
    },
  };
}
