import { createHash } from 'node:crypto';
import type { Clock } from '../../contract/clock.ts';
import { METRICS } from '../../contract/metrics.ts';
import type { Shift, ShiftRecord } from '../../contract/record.ts';
import type { Role, SiteRegistry } from '../../contract/registry.ts';
import type { Sheet, SheetCell, SheetDay, SheetQuery, SheetStandard } from '../../contract/sheet.ts';
import type { Frames, LimitSpan, PointMetric } from '../history/frames.ts';
import { fold } from '../history/fold.ts';
import { HOUR } from '../history/resolution.ts';
import type { NamedSeries, Stretches } from '../history/stretches.ts';
import type { SiteModel } from '../line/model.ts';
import type { Span } from '../standards/timeline.ts';
import type { Catalogue } from '../standards/types.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import type { Rollup } from '../stores/rollups.ts';
import { cellOf, totalOf, type CellLimit } from './cell.ts';
import { alarmsOf, gapEvidence } from './sheet-alarms.ts';
import { listGaps } from './sheet-gaps.ts';
import { shiftsOf, windowsOf } from './shifts.ts';

const WATER = 'water_temperature';
const ROOM = 'room_temperature';
/** In the order in which they are offered. */
const WATER_ROLES: readonly Role[] = ['pool', 'shower_outlet', 'header', 'tank'];
/** The room in which people undress is the one that is judged first. */
const ROOM_ROLES: readonly Role[] = ['changing_room', 'bath_hall', 'dormitory_room'];
/** ms after its end until which a shift may still change without anybody noticing: late data, the last hour's tick. */
const SETTLING = 10 * 60_000;

export interface SheetSources {
  readonly model: (site: string) => SiteModel | undefined;
  readonly reader: Pick<LedgerReader, 'alarmsBetween' | 'downtimes' | 'registryVersions'>;
  readonly stretches: Stretches;
  readonly frames: Frames;
  /** Undefined: the point never had that metric. */
  readonly series: (name: PointMetric) => NamedSeries | undefined;
  /** Time of the first reading that a series ever had, as far as raw readings are kept; null: it has none. */
  readonly firstReading: (series: NamedSeries) => Promise<number | null>;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

export type Sheets = (
  place: { site: string; area: string },
  query: SheetQuery,
  /** What people recorded in its area on some days. */
  recordsOf: (days: { from: string; to: string }) => readonly ShiftRecord[],
) => Promise<Sheet | 'no_such_area' | 'no_such_point'>;

/** One measured thing of the sheet. */
interface Measured {
  readonly what: 'water' | 'room';
  readonly name: PointMetric;
  readonly limits: readonly LimitSpan[];
  /** By their start; those of shifts that are not aligned to hours stand beside. */
  readonly rowsOf: (span: Span) => Promise<readonly Rollup[]>;
  readonly series: NamedSeries;
  /** When it began to be measured (ms epoch): what lies before is not missing. */
  readonly began: number;
}

/** The monthly register of an area: everything on it is computed here, so that page, print and files agree. */
export function createSheets(sources: SheetSources): Sheets {
  const { model: modelOf, reader, stretches, frames, catalogue, clock } = sources;

  async function measured(
    what: Measured['what'],
    point: string | undefined,
    { site, span }: { site: string; span: Span },
  ): Promise<Measured | null> {
    if (point === undefined) return null;
    const name = { site, point, metric: what === 'water' ? WATER : ROOM };
    const series = sources.series(name);
    if (series === undefined) return null;
    const whole = { from: Math.floor(span.from / HOUR) * HOUR, to: Math.max(span.from, span.to) };
    const rows = await stretches.hours(series, whole, { standards: true });
    const rowsOf = async (shift: Span) => {
      const isWhole = (at: number) => at % HOUR === 0 || at === whole.to;
      if (!isWhole(shift.from) || !isWhole(shift.to)) return stretches.hours(series, shift, { standards: true });
      return rows.filter(({ from, to }) => from >= shift.from && to <= shift.to);
    };
    // Hours are kept longer than readings.
    const hours = rows.find(({ count }) => count > 0)?.from ?? Infinity;
    const began = Math.min(hours, (await sources.firstReading(series)) ?? Infinity);
    return { what, name, limits: frames.limits(name, span), rowsOf, series, began };
  }

  return async ({ site, area }, { month, point }, recordsOf) => {
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

    const ofArea = [...model.points.values()].filter((one) => one.area.id === area);
    const byRole = (roles: readonly Role[]) =>
      roles.flatMap((role) => ofArea.filter((one) => one.spec.role === role)).map((one) => one.spec);
    const points = byRole(WATER_ROLES);
    const chosen = point === undefined ? points[0] : points.find(({ id }) => id === point);
    if (point !== undefined && chosen === undefined) return 'no_such_point';
    const room = byRole(ROOM_ROLES)[0];
    const water = await measured('water', chosen?.id, { site, span });
    const air = await measured('room', room?.id, { site, span });

    const sheetDays = await daysOf({ registry, days, shifts, now, water, air });
    const pointIds = [chosen, room].filter((one) => one !== undefined).map(({ id }) => id);
    const raised = reader.alarmsBetween(site, span);
    const found = recordsOf(days).map((record) => ({ ...record, own: false }));
    const over = shifts.filter((shift) => shift.end <= now);
    const isRecorded = ({ day, from }: Shift) => found.some((record) => record.day === day && record.from === from);
    const evidence = gapEvidence(raised, { model, points: pointIds, now, downtimes: reader.downtimes(span.from) });
    const gaps = await listGaps(stretches, {
      days: sheetDays,
      measured: [water, air].filter((one) => one !== null),
      evidence,
      now,
    });
    const content = {
      site: { id: site, name: model.registry.name },
      area: { id: area, name: spec.name },
      month,
      timezone: registry.timezone,
      points: points.map(({ id, name }) => ({ id, name })),
      water: chosen === undefined ? null : { id: chosen.id, name: chosen.name },
      room: room === undefined ? null : { id: room.id, name: room.name },
      complete: now >= end + SETTLING,
      standards: standardsOf(catalogue, [water, air]),
      windows: windowsOf(registry, area).map(({ from, to }) => ({ from, to })),
      days: sheetDays,
      totals: await totalsOf({ shifts, now, water, air, days: sheetDays, windows: windowsOf(registry, area).length }),
      alarms: alarmsOf(raised, { model, points: pointIds, shifts, zone: registry.timezone }),
      ...gaps,
      records: found,
      shiftsOver: over.length,
      shiftsRecorded: over.filter(isRecorded).length,
    };
    const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8).toUpperCase();
    return { ...content, generatedAt: now, checksum };
  };

  async function daysOf(input: {
    registry: SiteRegistry;
    days: { from: string; to: string };
    shifts: readonly Shift[];
    now: number;
    water: Measured | null;
    air: Measured | null;
  }): Promise<SheetDay[]> {
    const { registry, shifts, now, water, air } = input;
    const byDay = Map.groupBy(shifts, ({ day }) => day);
    const heated =
      air === null ? [] : frames.heating(air.name, { from: shifts[0]?.start ?? now, to: shifts.at(-1)?.end ?? now });
    const found: SheetDay[] = [];
    for (const date of datesOf(input.days)) {
      const noon = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: registry.timezone, plainTime: '12:00' });
      const at = noon.epochMilliseconds;
      const ofDay = byDay.get(date) ?? [];
      found.push({
        day: date,
        heating: heated.some(({ from, to }) => at >= from && at < to),
        shifts: await Promise.all(
          ofDay.map(async ({ from, to, start, end }) => ({
            ...{ from, to, start, end },
            water: await cell(water, { from: start, to: Math.min(end, now) }),
            room: await cell(air, { from: start, to: Math.min(end, now) }),
          })),
        ),
      });
    }
    return found;
  }
}

/** Null: it has not begun, or nothing is measured. */
async function cell(measured: Measured | null, whole: Span): Promise<SheetCell | null> {
  if (measured === null) return null;
  const span = measuredOf(measured, whole);
  if (span.from >= span.to) return null;
  return figuresOf(measured, fold(await measured.rowsOf(span), span), [span]);
}

async function totalsOf(input: {
  shifts: readonly Shift[];
  now: number;
  water: Measured | null;
  air: Measured | null;
  days: readonly SheetDay[];
  windows: number;
}): Promise<Sheet['totals']> {
  const { now, days, windows } = input;
  const begun = days.flatMap(({ shifts }) => shifts.map((shift, column) => ({ shift, column })));
  const total = async (measured: Measured | null, column: number | null): Promise<SheetCell | null> => {
    if (measured === null) return null;
    const chosen = begun.filter((one) => (column === null || one.column === column) && one.shift.start < now);
    if (chosen.length === 0) return null;
    const spans = chosen
      .map(({ shift }) => measuredOf(measured, { from: shift.start, to: Math.min(shift.end, now) }))
      .filter(({ from, to }) => from < to);
    if (spans.length === 0) return null;
    const rows: Rollup[] = [];
    for (const span of spans) rows.push(fold(await measured.rowsOf(span), span));
    const time = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    // Together they last as long as they do, whatever lies between them.
    const from = spans[0]?.from ?? 0;
    const whole = fold(rows, { from, to: from + time });
    const cells = chosen.map(({ shift }) => shift[measured.what]).filter((one) => one !== null);
    return totalOf(figuresOf(measured, whole, spans), cells);
  };
  const totals: Sheet['totals'] = [];
  for (const column of [...Array.from({ length: windows }, (_, index) => index), null])
    totals.push({ water: await total(input.water, column), room: await total(input.air, column) });
  return totals;
}

/** The part of a span in which there was somebody to measure; to the minute, as gaps are told. */
function measuredOf({ began }: Measured, { from, to }: Span): Span {
  return { from: Math.max(from, Math.floor(began / 60_000) * 60_000), to };
}

function figuresOf(measured: Measured, row: Rollup, spans: readonly Span[]): SheetCell {
  const limits = limitsIn(measured, { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 });
  const counted = measured.limits.find(({ compliance, critical }) => compliance && !critical)?.standard;
  // Both sides of a standard are in force together.
  const side = measured.limits.find(({ standard }) => standard === counted)?.side;
  const inForce = measured.limits
    .filter((one) => one.standard === counted && one.side === side)
    .flatMap((one) => one.inForce)
    .reduce((sum, one) => sum + spans.reduce((within, span) => within + overlap(one, span), 0), 0);
  return cellOf(row, { limits, inForce: inForce / 1_000, spec: specOf(measured) });
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}

/** The limits that were in force within a span; of one that changed, the last. */
function limitsIn({ limits }: Measured, span: Span): CellLimit[] {
  const within = limits.filter((one) => one.compliance && one.from < span.to && one.to > span.from);
  const newest = new Map(within.map((one) => [`${one.standard}|${one.side}`, one]));
  return [...newest.values()].map(({ standard, side, limit, critical }) => ({ standard, side, limit, critical }));
}

const specOf = ({ name }: Measured) => (name.metric === WATER ? METRICS[WATER] : METRICS[ROOM]);

function standardsOf(catalogue: Catalogue, all: readonly (Measured | null)[]): SheetStandard[] {
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

function* datesOf({ from, to }: { from: string; to: string }): Iterable<string> {
  for (let date = Temporal.PlainDate.from(from); date.toString() <= to; date = date.add({ days: 1 }))
    yield date.toString();
}
