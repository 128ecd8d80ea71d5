import type { Instant } from '../../contract/clock.ts';
import type { QuarantineReason } from '../../contract/quarantine.ts';
import type { Reading } from '../../contract/reading.ts';
import { childPath } from '../decoders/path.ts';
import type { DecodedSample, DecodedValue } from '../decoders/types.ts';
import { assess, assessAlone, EMPTY_MEMORY } from '../quality/assess.ts';
import { dateSamples, EMPTY_CLOCK, firstFree, type Dated } from '../quality/source-time.ts';
import type { Arrival, Series } from '../stores/ledger/types.ts';
import { judgeCondition } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import { keepOffset, noteClock, whatClockTells, type ClockTold } from './device-clock.ts';
import { calendarTime, distrust } from './host-clock.ts';
import { judgeValue } from './limits.ts';
import type { Binding, Point } from './model.ts';
import { judgeTrouble } from './series-silence.ts';
import { keyOf, type SeriesState } from './state.ts';
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

/** Stores and judges what a message measured; returns what of it could not be used. */
export function takeSamples(
  context: DeviceContext,
  samples: readonly DecodedSample[],
  retention: number,
): QuarantineReason[] {
  const rejected: QuarantineReason[] = [];
  let clock: ClockTold = { wrong: null, offset: null };
  for (const [key, keyed] of byKey(samples)) {
    const told = takeSeries(context, key, keyed, { retention, rejected });
    const wrong = clock.wrong === true || told.wrong === null ? clock.wrong : told.wrong;
    clock = { wrong, offset: told.offset ?? clock.offset };
  }
  noteClock(context, clock);
  return rejected;
}

function* byKey(samples: readonly DecodedSample[]): Iterable<readonly [key: string, keyed: readonly KeyedSample[]]> {
  const [only] = samples;
  if (only !== undefined && samples.length === 1) {
    // Keys of one sample differ: the usual message needs no grouping.
    const { path: among, claimedTime } = only;
    for (const value of only.values) yield [value.key, [{ among, value, claimedTime }]];
    return;
  }
  const flat = samples.flatMap(({ path, claimedTime, values }) =>
    values.map((value): KeyedSample => ({ among: path, value, claimedTime })),
  );
  yield* Map.groupBy(flat, ({ value }) => value.key);
}

function takeSeries(
  context: DeviceContext,
  key: string,
  keyed: readonly KeyedSample[],
  { retention, rejected }: { retention: number; rejected: QuarantineReason[] },
): ClockTold {
  const { world, model, device, now } = context;
  const bound = model.bindingAt(device.spec.id, key, now.wall);
  const clockKey = bound?.clock ?? keyOf.clock(model.registry.site, device.spec.id, key);
  const clock = world.clocks.get(clockKey) ?? EMPTY_CLOCK;
  const dating = dateSamples(clock, {
    claimed: keyed.map(({ claimedTime }) => claimedTime),
    received: now.wall,
    mono: now.mono,
    interval: bound?.interval ?? null,
    tolerance: device.tolerance,
    retention,
    lastCommitAt: world.lastCommitAt,
    ...distrust(world),
  });
  world.clocks.set(clockKey, dating.memory);
  if (dating.memory.offset !== clock.offset) keepOffset(context, key, dating.memory.offset);

  const [only] = keyed;
  const [date] = dating.dated;
  if (only !== undefined && date !== undefined && keyed.length === 1) {
    takeDated(context, key, { sample: only, dated: date }, rejected);
    return whatClockTells(dating, keyed);
  }
  const inOrder = keyed
    .map((sample, index) => ({ sample, dated: dating.dated[index] }))
    .filter((pair): pair is { sample: KeyedSample; dated: Dated } => pair.dated !== undefined);
  inOrder.sort((a, b) => a.dated.sourceTime - b.dated.sourceTime);
  for (const one of inOrder) takeDated(context, key, one, rejected);
  return whatClockTells(dating, keyed);
}

function takeDated(
  context: DeviceContext,
  key: string,
  { sample, dated }: { sample: KeyedSample; dated: Dated },
  rejected: QuarantineReason[],
): void {
  const isTooOld = dated.verdict === 'too_old';
  const reason = isTooOld ? tooOld(pathOf(sample), dated) : takeReading(context, key, sample, dated);
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

function takeReading(
  context: DeviceContext,
  key: string,
  keyed: KeyedSample,
  dated: Dated,
): QuarantineReason | undefined {
  const { world, model, device, now } = context;
  const { metric, value } = keyed.value;
  const binding = model.bindingAt(device.spec.id, key, dated.sourceTime);
  const point = binding === undefined ? undefined : model.points.get(binding.point);
  const state = seriesState(context, key, binding);
  if (state === undefined) return tooManySeries(pathOf(keyed));

  const id = state.series.id;
  // A key is a whole millisecond, whatever fraction a device claims.
  const time = Math.round(dated.sourceTime);
  const t = dated.byReceipt ? firstFree(time, (at) => world.storedAt(id, at) !== undefined) : time;
  const there = world.storedAt(id, t);
  if (there === value) return undefined;
  if (there !== undefined) noteConflict(context, key, { t, there, value });

  const sample = { value, sourceTime: t };
  const area = point?.area.id;
  const quality = {
    metric,
    role: point?.spec.role ?? null,
    open:
      area !== undefined && world.schedules.get(model.registry.site)?.mode(area, calendarTime(world, now)) === 'open',
    filling: false,
  };
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
  // Nobody has seen this one yet: what is judged now is set on it.
  const after: Mutable<SeriesState> = { ...state };
  after.memory = memory;
  if (inOrder || dated.judges) after.assessedTime = t;
  const tableKey = seriesTableKey(context, key, binding);
  if (!dated.judges) {
    world.series.set(tableKey, after);
    return undefined;
  }
  judgeReading(context, { tableKey, state: after, reading, binding, point });
  return undefined;
}

/** The newest live value of a series becomes current, and its limits and conditions are judged. */
function judgeReading(
  context: DeviceContext,
  {
    tableKey,
    state,
    reading,
    binding,
    point,
  }: {
    tableKey: string;
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
    world.series.set(tableKey, state);
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
  world.series.set(tableKey, state);
  if (binding === undefined || point === undefined) return;

  judgeValue(world, model, { point, metric: state.series.metric, current, now });
  const { noData, flatline, sensorFault } = model.conditions(binding);
  judgeCondition(world, model, noData, false, now);
  if (reason === 'flatline') judgeTrouble(world, model, 'point.flatline', { binding, now });
  else judgeCondition(world, model, flatline, false, now);
  if (quality === 'good') judgeCondition(world, model, sensorFault, false, now);
}

export function seriesTableKey({ model, device }: DeviceContext, key: string, binding: Binding | undefined): string {
  const site = model.registry.site;
  return binding === undefined ? keyOf.deviceSeries(site, device.spec.id, key) : binding.series;
}

/** The series that a reading belongs to; made at its first reading. Undefined: the device names too many of its own. */
export function seriesState(
  context: DeviceContext,
  key: string,
  binding: Binding | undefined,
): SeriesState | undefined {
  const { world, model, device, now } = context;
  const tableKey = seriesTableKey(context, key, binding);
  const known = world.series.get(tableKey);
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
