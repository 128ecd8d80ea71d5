import type { User } from '../../contract/account.ts';
import type { KeptVersion, Sheet, SheetChange, SheetContent, SheetForm, SheetQuery } from '../../contract/sheet.ts';
import { changesBetween } from './sheet-changes.ts';
import type { MadeSheet } from './sheet.ts';

interface Place {
  readonly site: string;
  readonly area: string;
}

/** Which register: of one water point, and one month. */
interface SheetPlace extends Place {
  readonly point: string;
  readonly month: string;
}

/** What the ledger keeps of registers; `sheetVersions` of the stores. */
export interface SheetVersionStore {
  /** Ascending; `content`: null: an older program kept it, and this one cannot compare it. */
  list(place: SheetPlace): readonly (KeptVersion & { readonly content: SheetContent | null })[];
  keep(place: SheetPlace, made: { checksum: string; content: SheetContent }): Promise<number>;
  issue(
    place: SheetPlace,
    issue: { number: number | null; checksum: string; as: SheetForm },
    user: User,
  ): Promise<void>;
}

export interface RegisterOptions {
  readonly made: (place: Place, query: SheetQuery, user: User) => Promise<MadeSheet | 'no_such_area' | 'no_such_point'>;
  readonly versions: SheetVersionStore;
}

/** The monthly register with its versions: what was given out once is known for ever, and what changed since is told. */
export function createRegister({ made: make, versions }: RegisterOptions) {
  const placeOf = ({ site, area }: Place, { content }: MadeSheet): SheetPlace | undefined =>
    content.water === null ? undefined : { site, area, point: content.water.id, month: content.month };

  function withVersions(made: MadeSheet, place: SheetPlace | undefined): Sheet {
    const { content, generatedAt, checksum } = made;
    const plain = { ...content, generatedAt, checksum };
    if (place === undefined || !content.complete) return { ...plain, version: null, versions: [], changes: [] };
    const kept = versions.list(place);
    const newest = kept.at(-1);
    const isKept = newest?.checksum === checksum;
    const number = (newest?.number ?? 0) + (isKept ? 0 : 1);
    const all = isKept ? kept : [...kept, { number, content }];
    return {
      ...plain,
      version: { number, checksum, kept: isKept },
      ...told(kept, all),
    };
  }

  return {
    /** A version as it was kept; one that an older program kept cannot be shown. */
    kept(area: Place, { version: number, ...query }: { month: string; point: string; version: number }) {
      const upTo = versions.list({ ...area, ...query }).filter((one) => one.number <= number);
      const version = upTo.at(-1);
      if (version?.number !== number || version.content === null) return 'no_such_version';
      const { checksum, keptAt } = version;
      return {
        ...version.content,
        ...{ generatedAt: keptAt, checksum, version: { number, checksum, kept: true } },
        ...told(upTo, upTo),
      };
    },

    /** The first one that somebody looks at when its month is over is version 1. */
    async sheet(area: Place, query: SheetQuery, user: User): Promise<Sheet | 'no_such_area' | 'no_such_point'> {
      const made = await make(area, query, user);
      if (typeof made === 'string') return made;
      const place = placeOf(area, made);
      if (place !== undefined && made.content.complete && versions.list(place).length === 0) {
        // Where nothing can be stored it can be looked at all the same: it says that it is not kept.
        await versions.keep(place, made).catch(() => {});
      }
      return withVersions(made, place);
    },

    /**
     * The same, for somebody who takes it along: kept, and noted in the journal. `checksum`: of what stands on the paper
     * already. Rejects where nothing can be stored.
     */
    async issue(
      area: Place,
      { as, checksum, ...query }: SheetQuery & { readonly as: SheetForm; readonly checksum?: string },
      user: User,
    ): Promise<Sheet | 'no_such_area' | 'no_such_point' | 'changed'> {
      const made = await make(area, query, user);
      if (typeof made === 'string') return made;
      if (checksum !== undefined && checksum !== made.checksum) return 'changed';
      const place = placeOf(area, made);
      if (place !== undefined) {
        const number = made.content.complete ? await versions.keep(place, made) : null;
        await versions.issue(place, { number, checksum: made.checksum, as }, user);
      }
      return withVersions(made, place);
    },
  };
}

/** Versions as they are listed, and what each of `all` changed. */
function told(
  kept: ReturnType<SheetVersionStore['list']>,
  all: readonly { readonly number: number; readonly content: SheetContent | null }[],
): Pick<Sheet, 'versions' | 'changes'> {
  return {
    versions: kept.map(({ content: _, ...version }) => version),
    changes: all.flatMap((one, index) => changesOf(all[index - 1]?.content, one)),
  };
}

function changesOf(
  was: SheetContent | null | undefined,
  { number, content }: { readonly number: number; readonly content: SheetContent | null },
): SheetChange[] {
  if (was === undefined) return [];
  if (was === null || content === null) return [{ kind: 'head', version: number, part: 'incomparable' }];
  return changesBetween(was, content, number);
}
