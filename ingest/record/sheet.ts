import { createHash } from 'node:crypto';
import type { Clock } from '../../contract/clock.ts';
import type { Shift, ShiftRecord } from '../../contract/record.ts';
import type { Role, SiteRegistry } from '../../contract/registry.ts';
import { EDITION, type SheetContent, type SheetQuery, type SheetStandard } from '../../contract/sheet.ts';
import type { SiteModel } from '../line/model.ts';
import { handModeOf } from '../standards/modes.ts';
import type { Catalogue } from '../standards/types.ts';
import { spanOfMode } from '../stores/ledger/mode-rows.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import type { Began } from './began.ts';
import { measure, type Measured, type MeasuredSources } from './measured.ts';
import { alarmsOf, gapEvidence } from './sheet-alarms.ts';
import { daysOf, soFar, totalsOf } from './sheet-days.ts';
import { listGaps } from './sheet-gaps.ts';
import { daysAsKept, toldAsKept } from './sheet-kept.ts';
import { shiftsOf, windowsOf } from './shifts.ts';

/** In the order in which they are offered. */
const WATER_ROLES: readonly Role[] = ['pool', 'shower_outlet', 'header', 'tank'];
/** The room in which people undress stands beside the water; every other one has a sheet of its own. */
const ROOM_ROLES: readonly Role[] = ['changing_room', 'bath_hall', 'dormitory_room'];
const FAN_ROLES: readonly Role[] = ['exhaust_fan'];
/** ms after its end until which a shift may still change without anybody noticing: late data, the last hour's tick. */
const SETTLING = 10 * 60_000;
/** Alarms of one month about one point and its room, and about devices. */
const MOST_ALARMS = 20_000;

export interface SheetSources extends MeasuredSources {
  readonly model: (site: string) => SiteModel | undefined;
  readonly reader: Pick<LedgerReader, 'alarmsWithin' | 'downtimes' | 'registryVersions' | 'areaModes'>;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly began: Began;
}

/** What a register says, and when it was made. */
export interface MadeSheet {
  readonly content: SheetContent;
  readonly generatedAt: number;
  /** When the area began to be watched, where nothing is known of this month because that was after it. */
  readonly begins: number | null;
  readonly checksum: string;
}

export type Sheets = (
  place: { site: string; area: string },
  query: SheetQuery,
  /** What people recorded in its area on some days. */
  recordsOf: (days: { from: string; to: string }) => readonly ShiftRecord[],
  /** The newest version that is kept of it; asked where readings were let go. */
  keptOf?: (register: { month: string; point: string }) => SheetContent | null,
) => Promise<MadeSheet | 'no_such_area' | 'no_such_point'>;

/** The monthly register of an area: everything on it is computed here, so that page, print and files agree. */
export function createSheets(sources: SheetSources): Sheets {
  const { model: modelOf, reader, stretches, frames, catalogue, clock, began } = sources;

  return async ({ site, area }, { month, point }, recordsOf, keptOf) => {
    const model = modelOf(site);
    const spec = model?.areas.get(area);
    if (model === undefined || spec === undefined) return 'no_such_area';
    const now = clock.now().wall;
    const first = Temporal.PlainDate.from(`${month}-01`);
    const days = { from: first.toString(), to: first.with({ day: first.daysInMonth }).toString() };
    const registry = registryThen(model.registry, reader.registryVersions(site), days.to);
    const shifts = shiftsOf(registry, area, days);
    const end = Math.max(...shifts.map((shift) => shift.end), dayAfter(days.to, registry.timezone));
    const span = { from: shifts[0]?.start ?? now, to: Math.min(end, Math.max(now, shifts[0]?.start ?? now)) };
    const begun = shifts.map((shift) => soFar(shift, now)).filter(({ from, to }) => from < to);

    const ofArea = [...model.points.values()].filter((one) => one.area.id === area);
    const byRole = (roles: readonly Role[]) =>
      roles.flatMap((role) => ofArea.filter((one) => one.spec.role === role)).map((one) => one.spec);
    const waters = byRole(WATER_ROLES);
    const rooms = byRole(ROOM_ROLES);
    const fans = byRole(FAN_ROLES);
    const points = [...waters, ...rooms.slice(waters.length > 0 ? 1 : 0)];
    const subject = point === undefined ? points[0] : points.find(({ id }) => id === point);
    if (point !== undefined && subject === undefined) return 'no_such_point';
    const chosen = waters.find((one) => one === subject);
    const room = chosen === undefined ? subject : rooms[0];
    const pointIds = [chosen, room].filter((one) => one !== undefined).map(({ id }) => id);
    const fanIds = fans.map(({ id }) => id);
    const present = reader
      .alarmsWithin(site, { points: [...pointIds, ...fanIds], devices: true, ...span, limit: MOST_ALARMS })
      .toReversed();
    const asked = { site, span, shifts: begun, alarms: present };
    const [water, air, ...exhaust] = await Promise.all([
      measure(sources, { what: 'water', point: chosen?.id, ...asked }),
      measure(sources, { what: 'room', point: room?.id, ...asked }),
      ...fanIds.map((id) => measure(sources, { what: 'exhaust', point: id, ...asked })),
    ]);

    const heating = air === null ? [] : frames.heating(air.name, { from: span.from, to: shifts.at(-1)?.end ?? now });
    const rows = { water, air, exhaust: exhaust.filter((one) => one !== null) };
    const made = daysOf({ registry, days, shifts, now, heating, ...rows });
    const isGone = [water, air, ...rows.exhaust].some((one) =>
      begun.some((shift) => one?.withoutReadings(shift) !== undefined),
    );
    const kept = isGone && subject !== undefined ? (keptOf?.({ month, point: subject.id }) ?? null) : null;
    const sheetDays = daysAsKept(made, { kept, now, ...rows });
    const told = toldAsKept(sheetDays, kept);
    const found = recordsOf(days).map((record) => ({ ...record, own: false }));
    const measured = [water, air].filter((one) => one !== null);
    const isRecorded = ({ day, from }: Shift) => found.some((record) => record.day === day && record.from === from);
    // Before anything was measured or recorded here nobody was asked to look.
    const firstRecorded =
      measured.length > 0
        ? undefined
        : recordsOf({ from: '0000-01-01', to: days.to })
            .map(({ day }) => day)
            .sort()[0];
    const isWatched = (shift: Shift) =>
      isRecorded(shift) ||
      (firstRecorded !== undefined && shift.day >= firstRecorded) ||
      measured.some(({ spanOf }) => spanOf(soFar(shift, now)) !== undefined);
    const over = shifts.filter((shift) => shift.end <= now && isWatched(shift));
    const evidence = gapEvidence(present, { model, points: pointIds, now, downtimes: reader.downtimes(span.from) });
    const gaps = told ?? (await listGaps(stretches, { days: sheetDays, measured, evidence, now }));
    const modes = reader
      .areaModes(site, { from: span.from, to: end })
      .filter((mode) => mode.area === area)
      .map((mode) => handModeOf(spanOfMode(mode)))
      // How one goes on that outlives the month is nothing of it: the month says the same for ever.
      .map((mode) => ({ ...mode, until: Math.min(mode.until, end) }));
    const raised = present.filter(({ raisedAt }) => raisedAt >= span.from && raisedAt < span.to);
    const content: SheetContent = {
      edition: EDITION,
      site: { id: site, name: model.registry.name },
      area: { id: area, name: spec.name },
      month,
      timezone: registry.timezone,
      points: points.map(({ id, name }) => ({ id, name })),
      water: chosen === undefined ? null : { id: chosen.id, name: chosen.name },
      room: room === undefined ? null : { id: room.id, name: room.name },
      fans: fans.map(({ id, name }) => ({ id, name })),
      complete: now >= end + SETTLING,
      standards: standardsOf(catalogue, [water, air]),
      windows: windowsOf(registry, area).map(({ from, to }) => ({ from, to })),
      days: sheetDays,
      totals: told?.totals ?? totalsOf({ now, days: sheetDays, windows: windowsOf(registry, area).length, ...rows }),
      alarms: alarmsOf(raised, {
        ...{ model, shifts, zone: registry.timezone },
        points: { water: chosen?.id, room: room?.id, fans: fanIds },
      }),
      ...{ gaps: gaps.gaps, moreGaps: gaps.moreGaps, shortGaps: gaps.shortGaps },
      ...(modes.length === 0 ? {} : { modes }),
      records: found,
      shiftsOver: over.length,
      shiftsRecorded: over.filter(isRecorded).length,
    };
    const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8).toUpperCase();
    const isEmpty =
      found.length === 0 && measured.every(({ spanOf }) => begun.every((one) => spanOf(one) === undefined));
    const begins = isEmpty ? await began({ site, area }, end) : null;
    return { content, generatedAt: now, checksum, begins };
  };
}

function standardsOf(catalogue: Catalogue, all: readonly (Measured<'water' | 'room'> | null)[]): SheetStandard[] {
  return all.flatMap((one) => {
    if (one === null) return [];
    const end = Math.max(...one.limits.map(({ to }) => to));
    const last = one.limits.filter(({ to, compliance }) => compliance && to === end);
    return [...Map.groupBy(last, ({ standard }) => standard)].flatMap(([id, sides]) => {
      const known = catalogue.standards.find((standard) => standard.id === id);
      if (known === undefined) return [];
      const side = (which: 'low' | 'high') => sides.find((limit) => limit.side === which)?.limit ?? null;
      return [
        {
          what: one.what,
          standard: id,
          title: known.title,
          low: side('low'),
          high: side('high'),
          scald: known.critical,
          source: known.source.title,
          clause: known.source.clause,
          own: known.source.own,
          heating: known.applies === 'heating' || known.applies === 'heating_open',
        },
      ];
    });
  });
}

/** The registry by which the end of the month was judged. */
function registryThen(
  now: SiteRegistry,
  versions: readonly { readonly since: number; readonly registry: SiteRegistry }[],
  lastDay: string,
): SiteRegistry {
  const end = dayAfter(lastDay, now.timezone);
  return versions.findLast(({ since }) => since < end)?.registry ?? versions[0]?.registry ?? now;
}

function dayAfter(day: string, zone: string): number {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
}
