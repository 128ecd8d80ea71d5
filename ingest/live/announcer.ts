import type { Clock, Instant, Timer } from '../../contract/clock.ts';
import type { SiteDelta } from '../../contract/live.ts';
import type { Announcement } from '../../contract/query.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { calendarTime } from '../line/host-clock.ts';
import type { Changes, World } from '../line/world.ts';
import { siteViews } from './site-views.ts';

/** Deltas are gathered for this long (ms); alarms go at once. */
const COALESCE = 100;
/** A screen's heart beats each second (ms). */
const HEARTBEAT = 1_000;

interface Dirty {
  readonly points: Set<string>;
  readonly devices: Set<string>;
  readonly alarms: Map<number, AlarmRecord>;
  areas: boolean;
  site: boolean;
  reload: boolean;
}

export interface Announcer {
  /** Tells this start's sequence numbers from another's. */
  readonly epoch: string;
  seq(site: string): number;
  /** What opening hours and seasons are shown for (ms epoch), as of the newest heartbeat. */
  calendar(): number;
  changed(changes: Changes): void;
  /** Storing stopped or works again: everything may look otherwise. */
  storingChanged(): void;
  /** `watches`: whether it wants the deltas of a site now; absent: of all, always. */
  subscribe(listener: (announcement: Announcement) => void, watches?: (site: string) => boolean): () => void;
  stop(): void;
}

export interface AnnouncerOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly epoch: string;
  readonly storing: () => boolean;
}

/** Turns what was committed into deltas for live screens, per site and in order. */
export function createAnnouncer({ world, clock, epoch, storing }: AnnouncerOptions): Announcer {
  const listeners = new Map<(announcement: Announcement) => void, (site: string) => boolean>();
  const dirt = new Map<string, Dirty>();
  const seqs = new Map<string, number>();
  let flushing: Timer | undefined;
  /** Points for which an alarm of their device was last told to stand, by alarm. */
  const gathered = new Map<number, readonly string[]>();
  let calendar = calendarTime(world, clock.now());

  const seq = (site: string) => seqs.get(site) ?? 0;
  const tell = (announcement: Announcement) => {
    for (const listener of listeners.keys()) listener(announcement);
  };
  const isWatched = (site: string) => listeners.values().some((watches) => watches(site));

  function dirty(site: string): Dirty {
    const known = dirt.get(site);
    if (known !== undefined) return known;
    const fresh: Dirty = {
      points: new Set(),
      devices: new Set(),
      alarms: new Map(),
      areas: false,
      site: false,
      reload: false,
    };
    dirt.set(site, fresh);
    return fresh;
  }

  function changed(changes: Changes): void {
    // What nobody looks at is not gathered: a screen that comes takes a snapshot first.
    const watched = new Set(sites().filter(isWatched));
    if (watched.size > 0) {
      for (const key of changes.series) markSeries(key, watched);
      for (const key of changes.devices) markDevice(key, watched);
    }
    for (const alarm of changes.alarms) markAlarm(alarm);
    // What somebody set begins now, not with the next heartbeat.
    if (changes.schedules.size > 0) goOn(clock.now());
    for (const site of changes.schedules) markAll(site);
    for (const site of changes.models) dirty(site).reload = true;
    if (changes.alarms.length > 0) flush();
    else if (dirt.size > 0) flushing ??= clock.after(COALESCE, flush);
  }

  function sites(): string[] {
    return [...world.models.committedEntries()].map(([site]) => site);
  }

  function markSeries(key: string, watched: ReadonlySet<string>): void {
    const [site = '', kind, id = ''] = key.split('|');
    if (watched.has(site)) (kind === 'point' ? dirty(site).points : dirty(site).devices).add(id);
  }

  function markDevice(key: string, watched: ReadonlySet<string>): void {
    const [site = '', id = ''] = key.split('|');
    if (!watched.has(site)) return;
    const { points, devices } = dirty(site);
    devices.add(id);
    const bindings = world.models.committed(site)?.devices.get(id)?.bindings ?? [];
    for (const binding of bindings) if (binding.key === EVENTS_BINDING) points.add(binding.point);
  }

  function markAlarm(alarm: AlarmRecord): void {
    const { points, devices, alarms } = dirty(alarm.site);
    alarms.set(alarm.id, alarm);
    if (alarm.subject.kind === 'point') points.add(alarm.subject.id);
    if (alarm.subject.kind === 'device') devices.add(alarm.subject.id);
    for (const point of [...alarm.gathers, ...(gathered.get(alarm.id) ?? [])]) points.add(point);
    if (alarm.closedAt === null && alarm.gathers.length > 0) gathered.set(alarm.id, alarm.gathers);
    else gathered.delete(alarm.id);
  }

  function markAll(site: string): void {
    const all = dirty(site);
    all.areas = true;
    all.site = true;
    for (const id of world.models.committed(site)?.points.keys() ?? []) all.points.add(id);
  }

  function flush(): void {
    flushing?.cancel();
    flushing = undefined;
    const now = clock.now();
    for (const [site, what] of dirt) {
      if (!isWatched(site)) continue;
      const delta = deltaOf(site, what, now);
      if (delta !== undefined) tell({ kind: 'delta', delta });
    }
    dirt.clear();
  }

  function deltaOf(site: string, what: Dirty, now: Instant): SiteDelta | undefined {
    const model = world.models.committed(site);
    if (model === undefined) return undefined;
    const views = siteViews(world, model, { now, calendar, storing: storing() });
    const points = [...what.points].map((id) => views.point(id)).filter((view) => view !== undefined);
    const devices = [...what.devices].map((id) => views.device(id)).filter((view) => view !== undefined);
    seqs.set(site, seq(site) + 1);
    return {
      epoch,
      site,
      seq: seq(site),
      at: now.wall,
      ...(what.site ? { siteView: views.site() } : {}),
      ...(what.areas ? { areas: views.areas() } : {}),
      ...(points.length > 0 ? { points } : {}),
      ...(devices.length > 0 ? { devices } : {}),
      ...(what.alarms.size > 0 ? { alarms: [...what.alarms.values()].map((record) => views.alarm(record)) } : {}),
      ...(what.reload ? { reload: true } : {}),
    };
  }

  /** Moves what the calendar is shown for to this moment. */
  function goOn(now: Instant): void {
    // As it was shown, not as it would be told now: a commit since may have shifted a time that goes by commits.
    const before = calendar;
    calendar = calendarTime(world, now);
    for (const [site] of world.models.committedEntries()) {
      // Opening, closing and season change what is judged although nothing was reported.
      const schedule = world.schedules.committed(site);
      if (schedule !== undefined && (calendar < before || schedule.nextChange(before) <= calendar)) markAll(site);
    }
  }

  const heart = clock.every(HEARTBEAT, () => {
    const now = clock.now();
    goOn(now);
    if (dirt.size > 0) flush();
    const at = now.wall;
    for (const site of sites()) tell({ kind: 'tick', tick: { epoch, site, seq: seq(site), at } });
  });

  return {
    epoch,
    seq,
    calendar: () => calendar,
    changed,
    storingChanged() {
      for (const [site] of world.models.committedEntries()) markAll(site);
      for (const [, alarm] of world.alarms.committedEntries()) markAlarm(alarm);
      flush();
    },
    subscribe(listener, watches = () => true) {
      listeners.set(listener, watches);
      return () => void listeners.delete(listener);
    },
    stop() {
      heart.cancel();
      flushing?.cancel();
      listeners.clear();
    },
  };
}
