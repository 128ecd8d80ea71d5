import { pino } from 'pino';
import type { User } from '../../../contract/account.ts';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { JournalEntry, OpenHour } from '../../../contract/api.ts';
import type { SiteDelta, SiteSnapshot } from '../../../contract/live.ts';
import type { Announcement, Desk, QuerySide } from '../../../contract/query.ts';
import { startDashboard } from '../../../dashboard/server/start.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { MemoryAccounts } from '../server/doubles.ts';
import { NOW, SITE } from './sample-alarms.ts';
import { type SampleDevices, sampleDevices } from './sample-devices.ts';
import { sampleSnapshot } from './sample-site.ts';

export interface SampleHouse extends QuerySide, Desk {
  readonly devices: SampleDevices;
  snapshotNow: SiteSnapshot;
  storing: boolean;
  /** Sends a delta; what it holds also goes into the next snapshot. */
  announce(change: Partial<SiteDelta>): void;
  /** Counts a delta that reaches nobody. */
  lose(change: Partial<SiteDelta>): void;
  tick(): void;
  alarm(id: number): AlarmView;
}

/** Real answers take a turn of the event loop at least. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A site in memory, in every state that a screen can show. */
export function sampleHouse(clock: DrivenClock): SampleHouse {
  const listeners = new Set<(announcement: Announcement) => void>();
  const replace = <T extends { id: string | number }>(all: T[], changed: T[] = []) =>
    all
      .map((each) => changed.find(({ id }) => id === each.id) ?? each)
      .concat(changed.filter(({ id }) => !all.some((each) => each.id === id)));

  const house: SampleHouse = {
    devices: sampleDevices(),
    modes: {
      set: () => Promise.resolve({ refused: 'not_storing' }),
      end: () => Promise.resolve({ refused: 'not_storing' }),
    },
    snapshotNow: sampleSnapshot(),
    storing: true,
    ready: () => true,
    sites: () => [
      { id: SITE, name: house.snapshotNow.site.name },
      { id: 'yunjialing', name: { zh: '云驾岭矿', en: 'Yunjialing Mine' } },
    ],
    snapshot: (site) => (site === SITE ? { ...house.snapshotNow, at: clock.now().wall } : undefined),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lose(change) {
      const { siteView, areas, points, devices, alarms } = change;
      const before = house.snapshotNow;
      house.snapshotNow = {
        ...before,
        seq: before.seq + 1,
        site: siteView ?? before.site,
        areas: replace(before.areas, areas),
        points: replace(before.points, points),
        devices: replace(before.devices, devices),
        alarms: replace(before.alarms, alarms).filter(({ state }) => state !== 'normal'),
      };
    },
    announce(change) {
      house.lose(change);
      const { epoch, seq } = house.snapshotNow;
      const delta: SiteDelta = { epoch, site: SITE, seq, at: clock.now().wall, ...change };
      listeners.forEach((listener) => listener({ kind: 'delta', delta }));
    },
    tick() {
      const { epoch, seq } = house.snapshotNow;
      listeners.forEach((listener) =>
        listener({ kind: 'tick', tick: { epoch, site: SITE, seq, at: clock.now().wall } }),
      );
    },
    alarm(id) {
      const found = house.snapshotNow.alarms.find((each) => each.id === id);
      if (found === undefined) throw new Error(`the sample has no alarm ${id}`);
      return found;
    },
    registry: () => undefined,
    alarmHistory: () => Promise.resolve(undefined),
    range: () => Promise.resolve(undefined),
    async journal(id) {
      await turn();
      const { raisedAt, metric, acknowledged, returnedAt } = house.alarm(id);
      const entry = (at: number, what: JournalEntry['what'], rest: Partial<JournalEntry> = {}) => ({
        at,
        what,
        value: null,
        by: null,
        note: null,
        ...rest,
      });
      return [
        entry(raisedAt, 'raised', metric === 'water_temperature' ? { value: 39.46 } : {}),
        ...(returnedAt === null ? [] : [entry(returnedAt, 'returned')]),
        ...(acknowledged === null
          ? []
          : [entry(acknowledged.at, 'acknowledged', { by: acknowledged.post, note: acknowledged.note })]),
      ];
    },
    async openHour(site, point) {
      await turn();
      const found = house.snapshotNow.points.find(({ id }) => id === point);
      if (site !== SITE || found === undefined) return undefined;
      return found.values
        .filter(({ band }) => band !== null)
        .map(({ metric, state }): OpenHour => {
          const unknown = state === 'unknown' ? 900 : 12;
          const [inBand, out] = [1500, 1026 - (unknown > 500 ? 900 : 0)];
          const coverage = (inBand + out) / (inBand + out + unknown);
          return {
            point,
            metric,
            from: NOW - 2_538_000,
            to: NOW,
            standards: [
              {
                standard: 'base.water',
                critical: false,
                inBand,
                out,
                unknown,
                outOfService: 0,
                compliance: coverage < 0.9 ? null : inBand / (inBand + out),
                coverage,
              },
            ],
            count: 42,
            min: 38.6,
            max: 43.7,
            mean: 41.2,
            last: 38.6,
          };
        });
    },
    async acknowledge({ alarm: id, user, note }: { alarm: number; user: User; note: string | null }) {
      await turn();
      const found = house.snapshotNow.alarms.find((each) => each.id === id);
      if (found === undefined) return { refused: 'no_such_alarm' };
      if (!house.storing) return { refused: 'not_storing' };
      if (found.acknowledged !== null) return { outcome: 'already', alarm: found };
      const acknowledged = { by: user.username, post: user.post, at: clock.now().wall, note };
      const state = found.state === 'unacknowledged' ? 'acknowledged' : 'normal';
      const alarm: AlarmView = { ...found, state, acknowledged };
      house.announce({ alarms: [alarm] });
      return { outcome: 'acknowledged', alarm };
    },
  };
  return house;
}

export interface SampleOptions {
  readonly clientDir: string;
  readonly port?: number;
  /** What a server before this one kept. */
  readonly kept?: { readonly clock: DrivenClock; readonly accounts: MemoryAccounts; readonly house: SampleHouse };
}

function fresh() {
  const clock = new DrivenClock(NOW);
  const accounts = new MemoryAccounts(clock);
  for (const role of ['viewer', 'operator', 'administrator'] as const) accounts.addUser(role, role);
  return { clock, accounts, house: sampleHouse(clock) };
}

/** The real server, with its real security headers, over the sample; its clock goes a second per real second. */
export async function startSample({ clientDir, port = 0, kept = fresh() }: SampleOptions) {
  const { clock, accounts, house } = kept;
  const dashboard = await startDashboard({
    host: '127.0.0.1',
    port,
    clock,
    accounts,
    query: house,
    desk: house,
    clientDir,
    log: pino({ level: 'silent' }),
    version: '0.0.0-sample',
  });
  let beating = true;
  const heart = setInterval(() => {
    if (!beating) return;
    clock.advance(1_000);
    house.tick();
  }, 1_000);
  return {
    clock,
    accounts,
    house,
    url: dashboard.url,
    port: dashboard.port,
    /** Address of a one-time sign-in link. */
    link: (username: string) => `${dashboard.url}/enter#${accounts.addLink(username)}`,
    /** Whether the server's heart beats. */
    beat: (on: boolean) => (beating = on),
    async close() {
      clearInterval(heart);
      const closed = dashboard.close();
      clock.advance(10_000);
      await closed;
    },
  };
}
