import type { User } from '../../contract/account.ts';
import type { Clock } from '../../contract/clock.ts';
import type { FieldsRefused, QuerySide, RecordBook } from '../../contract/query.ts';
import {
  findingsOf,
  RECORDED_LATE,
  type Shift,
  type ShiftRecord,
  type ShiftRecordBody,
} from '../../contract/record.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Began } from './began.ts';
import { createRegister, type SheetVersionStore } from './register.ts';
import type { Sheets } from './sheet.ts';
import { daysBefore, localDay, shiftsOf, windowsOf } from './shifts.ts';

const DAY = 86_400_000;
/** Days whose shifts a form offers. */
const OFFERED = 7;

/** What the ledger keeps of it; `shiftRecords` of the stores. */
export interface ShiftRecordStore {
  list(place: { site: string; area: string }, days: { from: string; to: string }, user: User): readonly ShiftRecord[];
  add(
    place: { site: string; area: string },
    body: ShiftRecordBody,
    options: { to: string; user: User },
  ): Promise<ShiftRecord | 'no_such_record' | 'corrected_before'>;
  review(
    place: { site: string; area: string },
    id: number,
    user: User,
  ): Promise<ShiftRecord | 'no_such_record' | 'own_record' | 'corrected_before'>;
}

export interface RecordBookOptions {
  readonly sheets: Sheets;
  readonly query: Pick<QuerySide, 'registry'>;
  readonly store: ShiftRecordStore;
  readonly versions: SheetVersionStore;
  readonly clock: Clock;
  readonly began: Began;
}

/** What is recorded of areas, by people and by sensors, as inspectors ask for it. */
export function recordBook({ query, store, versions, clock, sheets, began }: RecordBookOptions): RecordBook {
  const register = createRegister({
    versions,
    made: (place, asked, user) =>
      sheets(
        place,
        asked,
        (days) => store.list(place, days, user),
        (register) => versions.list({ ...place, ...register }).at(-1)?.content ?? null,
      ),
  });

  function registryOf(site: string, area: string): SiteRegistry | undefined {
    const registry = query.registry(site);
    return registry?.areas.some(({ id }) => id === area) === true ? registry : undefined;
  }

  /** The shift that a record is about, if it may be recorded now. */
  function shiftOf(
    registry: SiteRegistry,
    area: string,
    { day, from }: ShiftRecordBody['shift'],
  ): Shift | FieldsRefused {
    const refuse = (field: string, message: string): FieldsRefused => ({ fields: [{ field, message }] });
    const now = clock.now().wall;
    const today = localDay(now, registry.timezone);
    if (!isDate(day) || day > daysBefore(today, -1)) return refuse('shift.day', 'a day that has begun');
    if (day < daysBefore(today, RECORDED_LATE)) return refuse('shift.day', `not more than ${RECORDED_LATE} days ago`);
    const ofDay = shiftsOf(registry, area, { from: day, to: day });
    const shift = ofDay.find((one) => one.from === from);
    const starts = ofDay.map((one) => one.from).join(', ');
    if (shift === undefined)
      return refuse('shift.from', `one of the starts of opening: ${starts === '' ? 'none' : starts}`);
    if (shift.start > now) return refuse('shift.from', 'a shift that has begun');
    return shift;
  }

  return {
    sheet: register.sheet,
    issue: register.issue,
    sheets: register.sheets,
    issueAll: register.issueAll,
    keptSheet: register.kept,

    async shifts(site, area) {
      const registry = registryOf(site, area);
      if (registry === undefined) return undefined;
      const now = clock.now().wall;
      const to = localDay(now, registry.timezone);
      const begun = shiftsOf(registry, area, { from: daysBefore(to, OFFERED - 1), to }).filter(
        ({ start }) => start <= now,
      );
      const since = await began({ site, area }, now - (RECORDED_LATE + 1) * DAY);
      const watched = begun.filter(({ end }) => since === null || end > since);
      const windows = windowsOf(registry, area).map(({ from, to }) => ({ from, to }));
      return { shifts: watched.sort((a, b) => b.start - a.start), windows, since };
    },

    records({ site, area }, days, user) {
      return registryOf(site, area) === undefined ? undefined : store.list({ site, area }, days, user);
    },

    async record({ site, area }, body, user) {
      const registry = registryOf(site, area);
      if (registry === undefined) return 'no_such_area';
      const shift = shiftOf(registry, area, body.shift);
      if ('fields' in shift) return shift;
      const since = body.corrects === null ? await began({ site, area }, shift.end) : null;
      if (since !== null) {
        const first = localDay(since, registry.timezone);
        return { fields: [{ field: 'shift.day', message: `not before the area was watched, since ${first}` }] };
      }
      const findings = findingsOf(body.checks);
      if (findings.length > 0 && body.note === null)
        return { fields: [{ field: 'note', message: `what was found or done: ${findings.join(', ')}` }] };
      return store.add({ site, area }, body, { to: shift.to, user });
    },

    review: ({ site, area }, id, user) => store.review({ site, area }, id, user),
  };
}

function isDate(day: string): boolean {
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toString() === day;
  } catch {
    return false;
  }
}
