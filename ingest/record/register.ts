import type { User } from '../../contract/account.ts';
import {
  type KeptVersion,
  type Sheet,
  type SheetChange,
  type SheetContent,
  type SheetForm,
  type SheetPaper,
  type SheetQuery,
  subjectOf,
} from '../../contract/sheet.ts';
import { changesBetween } from './sheet-changes.ts';
import type { MadeSheet } from './sheet.ts';

interface Place {
  readonly site: string;
  readonly area: string;
}

/** Which register: of one water point or room, and one month. */
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
  function placeOf({ site, area }: Place, { content }: MadeSheet): SheetPlace | undefined {
    const point = subjectOf(content)?.id;
    return point === undefined ? undefined : { site, area, point, month: content.month };
  }

  function withVersions(made: MadeSheet, place: SheetPlace | undefined): Sheet {
    const { content, generatedAt, checksum, begins } = made;
    const plain = { ...content, generatedAt, checksum, begins };
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

  /** One after another: each of them reads a month. */
  async function makeAll(area: Place, month: string, user: User): Promise<MadeSheet[] | 'no_such_area'> {
    const first = await make(area, { month }, user);
    if (typeof first === 'string') return 'no_such_area';
    const all = [first];
    for (const { id } of first.content.points.slice(1)) {
      const made = await make(area, { month, point: id }, user);
      // Of a point that was taken away meanwhile there is nothing to tell.
      if (typeof made !== 'string') all.push(made);
    }
    return subjectOf(first.content) === null ? [] : all;
  }

  async function looked(area: Place, made: MadeSheet): Promise<Sheet> {
    const place = placeOf(area, made);
    const isFirst = place !== undefined && made.content.complete && versions.list(place).length === 0;
    // Where nothing can be stored it can be looked at all the same: it says that it is not kept.
    if (isFirst && made.begins === null) await versions.keep(place, made).catch(() => {});
    return withVersions(made, place);
  }

  async function given(area: Place, { made, as }: { made: MadeSheet; as: SheetForm }, user: User): Promise<Sheet> {
    const place = placeOf(area, made);
    if (place !== undefined) {
      const number = made.content.complete ? await versions.keep(place, made) : null;
      await versions.issue(place, { number, checksum: made.checksum, as }, user);
    }
    return withVersions(made, place);
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
        ...{ generatedAt: keptAt, begins: null, checksum, version: { number, checksum, kept: true } },
        ...told(upTo, upTo),
      };
    },

    /** The first one that somebody looks at when its month is over is version 1. */
    async sheet(area: Place, query: SheetQuery, user: User): Promise<Sheet | 'no_such_area' | 'no_such_point'> {
      const made = await make(area, query, user);
      return typeof made === 'string' ? made : looked(area, made);
    },

    /** The same of all that have one in an area. */
    async sheets(area: Place, { month }: { month: string }, user: User): Promise<Sheet[] | 'no_such_area'> {
      const all = await makeAll(area, month, user);
      if (all === 'no_such_area') return all;
      const sheets: Sheet[] = [];
      for (const made of all) sheets.push(await looked(area, made));
      return sheets;
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
      return checksum !== undefined && checksum !== made.checksum ? 'changed' : given(area, { made, as }, user);
    },

    /** All of an area or, where one paper of them is out of date, none. */
    async issueAll(
      area: Place,
      { month, as, papers }: { month: string; as: SheetForm; papers?: readonly SheetPaper[] },
      user: User,
    ): Promise<Sheet[] | 'no_such_area' | 'changed'> {
      const all = await makeAll(area, month, user);
      if (all === 'no_such_area') return all;
      const said = all.map(({ content, checksum }) => `${subjectOf(content)?.id} ${checksum}`);
      const onPaper = papers?.map(({ point, checksum }) => `${point} ${checksum}`);
      if (onPaper !== undefined && onPaper.sort().join() !== said.sort().join()) return 'changed';
      const sheets: Sheet[] = [];
      for (const made of all) sheets.push(await given(area, { made, as }, user));
      return sheets;
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
