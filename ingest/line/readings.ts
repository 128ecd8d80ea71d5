import type { Instant } from '../../contract/clock.ts';
import type { QuarantineReason } from '../../contract/quarantine.ts';
import type { Reading } from '../../contract/reading.ts';
import { childPath } from '../decoders/path.ts';
import type { DecodedSample, DecodedValue } from '../decoders/types.ts';
import { assess, assessAlone, EMPTY_MEMORY } from '../quality/assess.ts';
import {
  dateSamples,
  EMPTY_CLOCK,
  firstFree,
  type ClockMemory,
  type Dated,
  type Dating,
} from '../quality/source-time.ts';
import type { Series } from '../stores/ledger/types.ts';
import type { Arrival } from '../stores/arrival.ts';
import { judgeCondition, rests } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import { keepOffset, NOTHING_TOLD, noteClock, together, whatClockTells, type ClockTold } from './device-clock.ts';
import { calendarTime, distrust } from './host-clock.ts';
import { judgeValue, keepsLimits } from './limits.ts';
import { isBound, type Binding, type Point } from './model.ts';
import { judgeTrouble } from './series-silence.ts';
import { Place } from './place.ts';
import type { SeriesState } from './state.ts';
import { keyOf } from './keys.ts';
import { takeUsual, usualScene } from './usual.ts';
import type { World } from './world.ts';

/** A device may name this many metrics that nothing binds; more are quarantined. */
export const UNBOUND_SERIES_LIMIT = 200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface KeyedSample {
  /** Where its values stand in the message. */
  readonly among: string;
  readonly value: DecodedValue;
  readonly claimedTime: number | null;
}

/** Dates what a message says of one series. */
type Dater = (clock: ClockMemory, interval: number | null) => Dating;

interface Taking {
  readonly retention: number;
  readonly rejected: QuarantineReason[];
}

/** Stores and judges what a message measured; returns what of it could not be used. */
export function takeSamples(
  context: DeviceContext,
  samples: readonly DecodedSample[],
  retention: number,
): QuarantineReason[] {
  const taking = { retention, rejected: [] };
  const [only] = samples;
  const told =
    samples.length === 1 && only !== undefined ? takeOne(context, only, taking) : takeMany(context, samples, taking);
  noteClock(context, told);
  return taking.rejected;
}

/** The usual message: its keys differ and have one time. */
function takeOne(
  context: DeviceContext,
  { path: among, claimedTime, values }: DecodedSample,
  taking: Taking,
): ClockTold {
  const claimed = [claimedTime];
  const date = dater(context, claimed, taking.retention);
  const scene = usualScene(context);
  let clock = NOTHING_TOLD;
  let told: Dating | undefined;
  for (const value of values) {
    const { bound, dating } = dateSeries(context, value.key, date);
    const dated = dating.dated[0];
    if (dated !== undefined && !takeUsual(context, scene, { bound, value, dated }))
      takeDated(context, value.key, { among, value, claimedTime, dated, bound }, taking);
    if (dating !== told) clock = together(clock, whatClockTells(dating, claimed));
    told = dating;
  }
  return clock;
}

function takeMany(context: DeviceContext, samples: readonly DecodedSample[], taking: Taking): ClockTold {
  const flat = samples.flatMap(({ path, claimedTime, values }) =>
    values.map((value): KeyedSample => ({ among: path, value, claimedTime })),
  );
  let clock = NOTHING_TOLD;
  for (const [key, keyed] of Map.groupBy(flat, ({ value }) => value.key)) {
    const claimed = keyed.map(({ claimedTime }) => claimedTime);
    const { bound, dating } = dateSeries(context, key, dater(context, claimed, taking.retention));
    const inOrder = keyed
      .map((sample, index) => ({ ...sample, dated: dating.dated[index], bound }))
      .filter((one): one is typeof one & { dated: Dated } => one.dated !== undefined);
    inOrder.sort((a, b) => a.dated.sourceTime - b.dated.sourceTime);
    for (const one of inOrder) takeDated(context, key, one, taking);
    clock = together(clock, whatClockTells(dating, claimed));
  }
  return clock;
}

/** Series whose clocks have always gone together, as those of one device do, are dated once. */
function dater({ world, device, now }: DeviceContext, claimed: readonly (number | null)[], retention: number): Dater {
  const common = {
    claimed,
    received: now.wall,
    mono: now.mono,
    tolerance: device.tolerance,
    retention,
    lastCommitAt: world.lastCommitAt,
    ...distrust(world),
  };
  let last: { readonly clock: ClockMemory; readonly interval: number | null; readonly dating: Dating } | undefined;
  return (clock, interval) => {
    if (last?.clock !== clock || last.interval !== interval)
      last = { clock, interval, dating: dateSamples(clock, { ...common, interval }) };
    return last.dating;
  };
}

interface DatedSeries {
  /** What the key is bound to now. */
  readonly bound: Binding | undefined;
  readonly dating: Dating;
}

function dateSeries(context: DeviceContext, key: string, date: Dater): DatedSeries {
  const { world, model, device, now } = context;
  const bound = device.bindingAt(key, now.wall);
  const place = bound?.clock ?? new Place(keyOf.clock(model.registry.site, device.spec.id, key));
  const clock = world.clocks.at(place) ?? EMPTY_CLOCK;
  const dating = date(clock, bound?.interval ?? null);
  world.clocks.put(place, dating.memory);
  if (dating.memory.offset !== clock.offset) keepOffset(context, key, dating.memory.offset);
  return { bound, dating };
}

interface DatedSample extends KeyedSample {
  readonly dated: Dated;
  readonly bound: Binding | undefined;
}

function takeDated(context: DeviceContext, key: string, one: DatedSample, { rejected }: Taking): void {
  const isTooOld = one.dated.verdict === 'too_old';
  const reason = isTooOld ? tooOld(pathOf(one), one.dated) : takeReading(context, key, one);
  if (reason !== undefined) rejected.push(reason);
}

function pathOf({ among, value }: KeyedSample): string {
  return childPath(among, value.key);
}

export function tooManySeries(path: string): QuarantineReason {
  const detail = `the device already names ${UNBOUND_SERIES_LIMIT} metrics that nothing binds; bind or drop some`;
  return { code: 'too_many_series', path, detail };
}

/** What has the time of before everything that is kept. */
export function tooOld(path: string, { sourceTime }: Dated): QuarantineReason {
  const detail = `the time ${new Date(sourceTime).toISOString()} is older than anything that is kept`;
  return { code: 'too_old', path, detail };
}

function takeReading(context: DeviceContext, key: string, one: DatedSample): QuarantineReason | undefined {
  const { world, model, device, now } = context;
  const { dated, bound } = one;
  const { metric, value } = one.value;
  // What was measured before the key was bound otherwise belongs to what it was bound to then.
  const stillBound = bound !== undefined && isBound(bound, dated.sourceTime);
  const binding = stillBound ? bound : device.bindingAt(key, dated.sourceTime);
  const point = binding === undefined ? undefined : model.points.get(binding.point);
  const state = seriesState(context, key, binding);
  if (state === undefined) return tooManySeries(pathOf(one));

  const id = state.series.id;
  // A key is a whole millisecond, whatever fraction a device claims.
  const time = Math.round(dated.sourceTime);
  const t = dated.byReceipt ? firstFree(time, (at) => world.storedAt(id, at) !== undefined) : time;
  const there = world.storedAt(id, t);
  if (there === value) return undefined;
  if (there !== undefined) noteConflict(context, key, { t, there, value });

  const sample = { value, sourceTime: t };
  const area = point?.area.id;
  const mode =
    area === undefined ? undefined : world.schedules.at(model.schedule)?.mode(area, calendarTime(world, now));
  const quality = { metric, role: point?.spec.role ?? null, open: mode === 'open', filling: mode === 'filling' };
  const inOrder = t > state.assessedTime && dated.verdict === 'live';
  const { assessed, memory, regraded } = inOrder
    ? assess(state.memory, sample, quality)
    : { assessed: assessAlone(sample, quality), memory: state.memory, regraded: null };

  const reading: Arrival = {
    seq: world.nextArrivalSeq(),
    series: id,
    value,
    sourceTime: t,
    receivedAt: now.wall,
    quality: assessed.quality,
    reason: assessed.reason,
    backfilled: dated.verdict === 'backfill',
    claimedTime: dated.claimedTime,
  };
  world.addArrival(reading);
  if (regraded !== null) regrade(context, id, regraded);
  if (metric === 'battery' && dated.judges && assessed.quality !== 'bad') noteBattery(context, value);
  // A copy of the table's that nobody else has: what is judged now is set on it.
  const after: Mutable<SeriesState> = state;
  after.memory = memory;
  if (inOrder || dated.judges) after.assessedTime = t;
  const place = seriesPlace(context, key, binding);
  if (!dated.judges) {
    world.series.put(place, after);
    return undefined;
  }
  judgeReading(context, { place, state: after, reading, binding, point });
  return undefined;
}

/** The newest live value of a series becomes current, and its limits and conditions are judged. */
function judgeReading(
  context: DeviceContext,
  {
    place,
    state,
    reading,
    binding,
    point,
  }: {
    place: Place;
    state: Mutable<SeriesState>;
    reading: Reading;
    binding: Binding | undefined;
    point: Point | undefined;
  },
): void {
  const { world, model, now } = context;
  if (reading.quality === 'bad') {
    state.bad ??= { since: now.wall, reason: reading.reason };
    state.sampleMono = now.mono;
    world.series.put(place, state);
    return;
  }
  const { value, quality, reason, sourceTime, receivedAt } = reading;
  const current = { value, quality, reason, sourceTime, receivedAt };
  state.current = current;
  state.believableMono = now.mono;
  if (quality === 'good') state.goodMono = now.mono;
  state.sampleMono = now.mono;
  state.bad = null;
  state.unknownSince = null;
  world.series.put(place, state);
  if (binding === undefined || point === undefined) return;

  const { metric } = state.series;
  const at = calendarTime(world, now);
  const calm = point.calms.get(metric);
  if (quality === 'good' && calm?.keeps(world, value, at) === true) return;
  judgeValue(world, model, { point, metric, current, now });
  const { noData, flatline, sensorFault } = model.conditions(binding);
  judgeCondition(world, model, noData, false, now);
  if (reason === 'flatline') judgeTrouble(world, model, 'point.flatline', { binding, now });
  else judgeCondition(world, model, flatline, false, now);
  if (quality !== 'good') return;
  judgeCondition(world, model, sensorFault, false, now);
  const until = world.schedules.at(model.schedule)?.nextChange(at);
  const troubles = [noData, flatline, sensorFault];
  if (until === undefined || troubles.some((one) => !rests(world, model, one))) return;
  if (keepsLimits(world, model, { point, metric, at })) calm?.note(world, at, until);
}

export function seriesPlace({ model, device }: DeviceContext, key: string, binding: Binding | undefined): Place {
  return binding?.series ?? new Place(keyOf.deviceSeries(model.registry.site, device.spec.id, key));
}

/** The series that a reading belongs to; made at its first reading. Undefined: the device names too many of its own. */
export function seriesState(
  context: DeviceContext,
  key: string,
  binding: Binding | undefined,
): SeriesState | undefined {
  const { world, model, device, now } = context;
  const known = world.series.at(seriesPlace(context, key, binding));
  if (known !== undefined) return known;
  const site = model.registry.site;
  if (binding === undefined && !addOwnName(context, key)) return undefined;
  const series: Series = {
    id: world.nextSeriesId(),
    site,
    owner: binding === undefined ? { kind: 'device', id: device.spec.id } : { kind: 'point', id: binding.point },
    metric: binding?.metric ?? key,
  };
  world.pending.series.push(series);
  return newSeriesState(series, now.mono);
}

/** Series that are in the ledger and that nobody here has seen being made. */
export function takeSeries(world: World, rows: readonly Series[], mono: number): void {
  for (const series of rows) {
    const { site, owner, metric } = series;
    const key = (owner.kind === 'point' ? keyOf.pointSeries : keyOf.deviceSeries)(site, owner.id, metric);
    if (world.series.get(key) !== undefined) continue;
    world.series.set(key, newSeriesState(series, mono));
    world.pending.series.push(series);
  }
}

export function newSeriesState(series: Series, mono: number): SeriesState {
  return {
    series,
    memory: EMPTY_MEMORY,
    current: null,
    assessedTime: -Infinity,
    believableMono: mono,
    goodMono: mono,
    sampleMono: null,
    bad: null,
    unknownSince: null,
  };
}

/** False: the device has named as many as it may. */
function addOwnName({ world, model, device }: DeviceContext, name: string): boolean {
  const key = keyOf.device(model.registry.site, device.spec.id);
  const names = world.ownNames.get(key) ?? [];
  if (names.length >= UNBOUND_SERIES_LIMIT) return false;
  world.ownNames.set(key, [...names, name]);
  return true;
}

function noteBattery(context: DeviceContext, battery: number): void {
  if (battery !== deviceState(context).battery) changeDevice(context, { battery }, { keep: true });
}

/** The reading before is graded again: the same key with another quality, an arrival that no duplicate check drops. */
function regrade(
  { world }: DeviceContext,
  series: number,
  graded: { sourceTime: number; quality: Reading['quality']; reason: Reading['reason'] },
): void {
  const original =
    world.arrivingAt(series, graded.sourceTime) ??
    world.tail.range(series, graded.sourceTime, graded.sourceTime + 1)[0];
  if (original === undefined) return;
  world.addArrival({ ...original, quality: graded.quality, reason: graded.reason, seq: world.nextArrivalSeq() });
}

function noteConflict(
  { world, model, device, now }: DeviceContext,
  key: string,
  { t, there, value }: { t: number; there: number; value: number },
): void {
  world.pending.systemEvents.push({
    at: now.wall,
    site: model.registry.site,
    kind: 'reading_conflict',
    actor: null,
    detail: { device: device.spec.id, metric: key, time: t, before: there, after: value },
  });
}

/** What only the readings store could see, as the log had let go of the first value: counted, not named. */
export function noteSettledConflicts(world: World, count: number, now: Instant): void {
  world.pending.systemEvents.push({
    at: now.wall,
    site: null,
    kind: 'settled_conflicts',
    actor: null,
    detail: { count },
  });
}
