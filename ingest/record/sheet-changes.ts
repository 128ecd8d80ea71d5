import { isDeepStrictEqual } from 'node:util';
import type { SheetCell, SheetChange, SheetContent } from '../../contract/sheet.ts';

const WHAT = ['water', 'room'] as const;

/** What a version says otherwise than the one before it: the old beside the new. */
export function changesBetween(was: SheetContent, newer: SheetContent, version: number): SheetChange[] {
  const isExtended = was.edition < newer.edition;
  // What an older program knew nothing of is new on the sheet, but has not changed.
  const now = isExtended ? reduced(newer) : newer;
  return [
    ...(isExtended ? [{ kind: 'head' as const, version, part: 'extended' as const }] : []),
    ...headOf(was, now, version),
    ...figuresOf(was, now, version),
    ...exhaustOf(was, now, version),
    ...totalsOf(was, now, version),
    ...listed(was.alarms, now.alarms, ({ id }) => String(id)).map((pair) => ({
      ...{ kind: 'alarm' as const, version },
      ...pair,
    })),
    ...listed(was.gaps, now.gaps, ({ what, start }) => `${what} ${start}`).map((pair) => ({
      ...{ kind: 'gap' as const, version },
      ...pair,
    })),
    ...recordsOf(was, now, version),
  ];
}

/** As the first edition would have told it. */
function reduced(content: SheetContent): SheetContent {
  const cell = (one: SheetCell | null) => (one === null ? null : { ...one, excursions: null });
  const rows = <T extends Pick<SheetContent['totals'][number], 'water' | 'room'>>(one: T) => ({
    ...one,
    ...{ water: cell(one.water), room: cell(one.room), exhaust: null },
  });
  return {
    ...content,
    fans: [],
    days: content.days.map((day) => ({ ...day, shifts: day.shifts.map(rows) })),
    totals: content.totals.map(rows),
    alarms: content.alarms
      .filter(({ metric }) => metric !== 'fan_running')
      .map(({ acknowledged, ...alarm }) => ({
        ...alarm,
        ...{ what: null, metric: null },
        acknowledged: acknowledged === null ? null : { ...acknowledged, at: null },
      })),
  };
}

function headOf(was: SheetContent, now: SheetContent, version: number): SheetChange[] {
  const names = ({ site, area, water, room, fans }: SheetContent) => [site, area, water, room, fans];
  const hours = ({ windows, timezone, days, modes = [] }: SheetContent) => [
    ...[windows, timezone, days.map(({ heating }) => heating), modes],
  ];
  const parts = [
    ['names', same(names(was), names(now))],
    ['standards', same(was.standards, now.standards)],
    ['hours', same(hours(was), hours(now))],
  ] as const;
  return parts.flatMap(([part, isSame]) => (isSame ? [] : [{ kind: 'head' as const, version, part }]));
}

const keyOf = (day: string, from: string) => `${day} ${from}`;
const shiftsByKey = ({ days }: SheetContent) =>
  new Map(days.flatMap(({ day, shifts }) => shifts.map((shift) => [keyOf(day, shift.from), shift] as const)));

function exhaustOf(was: SheetContent, now: SheetContent, version: number): SheetChange[] {
  const before = shiftsByKey(was);
  return now.days.flatMap(({ day, shifts }) =>
    shifts.flatMap(({ from, exhaust }) => {
      const old = before.get(keyOf(day, from))?.exhaust ?? null;
      return old === exhaust ? [] : [{ kind: 'exhaust' as const, version, day, from, was: old, now: exhaust }];
    }),
  );
}

function figuresOf(was: SheetContent, now: SheetContent, version: number): SheetChange[] {
  const before = shiftsByKey(was);
  return now.days.flatMap(({ day, shifts }) =>
    shifts.flatMap((shift) =>
      WHAT.flatMap((what) => {
        const pair = { was: before.get(keyOf(day, shift.from))?.[what] ?? null, now: shift[what] };
        const { from } = shift;
        return same(pair.was, pair.now) ? [] : [{ kind: 'figures' as const, version, day, from, what, ...pair }];
      }),
    ),
  );
}

function totalsOf(was: SheetContent, now: SheetContent, version: number): SheetChange[] {
  return now.totals.flatMap((total, column) => {
    const from = now.windows[column]?.from ?? null;
    // The last one is of all of them, however many there were.
    const before = from === null ? was.totals.at(-1) : was.totals[was.windows.findIndex((one) => one.from === from)];
    return WHAT.flatMap((what) => {
      const pair = { was: before?.[what] ?? null, now: total[what] };
      return same(pair.was, pair.now) ? [] : [{ kind: 'totals' as const, version, what, from, ...pair }];
    });
  });
}

/** A correction stands for the record that it corrects. */
function recordsOf(was: SheetContent, now: SheetContent, version: number): SheetChange[] {
  const before = new Map(was.records.map((record) => [record.id, record]));
  const after = new Map(now.records.map((record) => [record.id, record]));
  return now.records.flatMap((record) => {
    const old = before.get(record.id);
    if (old === undefined) {
      const corrected =
        record.corrects === null ? undefined : (before.get(record.corrects) ?? after.get(record.corrects));
      return [{ kind: 'record' as const, version, was: corrected ?? null, now: record }];
    }
    const isSame = same({ ...old, correctedBy: null }, { ...record, correctedBy: null });
    return isSame ? [] : [{ kind: 'record' as const, version, was: old, now: record }];
  });
}

/** What is no more, what is new, and what says something else; their numbers on the page are nothing of them. */
function listed<T extends { readonly n: number }>(
  was: readonly T[],
  now: readonly T[],
  keyOf: (one: T) => string,
): { was: T | null; now: T | null }[] {
  const after = new Map(now.map((one) => [keyOf(one), one]));
  const before = new Map(was.map((one) => [keyOf(one), one]));
  const gone = was.filter((one) => !after.has(keyOf(one))).map((one) => ({ was: one, now: null }));
  const others = now.flatMap((one) => {
    const old = before.get(keyOf(one)) ?? null;
    return old !== null && same({ ...old, n: 0 }, { ...one, n: 0 }) ? [] : [{ was: old, now: one }];
  });
  return [...gone, ...others];
}

/** In whatever order their keys stand: what an older program kept has its own. */
function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}
