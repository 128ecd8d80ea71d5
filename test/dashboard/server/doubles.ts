import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Compile } from 'typebox/compile';
import type { User, UserRole } from '../../../contract/account.ts';
import type { AlarmView } from '../../../contract/alarm.ts';
import { Problem } from '../../../contract/api.ts';
import type { SiteDelta, SiteSnapshot } from '../../../contract/live.ts';
import type { Announcement, Desk, ModeDesk, QuerySide } from '../../../contract/query.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { AppOptions } from '../../../dashboard/server/options.ts';
import { passwordHasher } from '../../../dashboard/server/password.ts';
import type { AccountWithPassword, Accounts } from '../../../dashboard/server/ports.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { MemoryDevices } from './device-doubles.ts';

export const PASSWORD = 'wasser-ist-warm-42';
export const PASSWORD_HASH = await passwordHasher().hash(PASSWORD);
const SESSION_LENGTH = 12 * 3_600_000;

/** Accounts, sessions and links in memory; every commit takes a turn of the event loop, as a real one does. */
export class MemoryAccounts implements Accounts {
  readonly users = new Map<string, AccountWithPassword>();
  readonly #sessions = new Map<string, { username: string; expiresAt: number }>();
  readonly #links = new Map<string, string>();
  setupToken: string | null = null;
  readonly #clock: DrivenClock;

  constructor(clock: DrivenClock) {
    this.#clock = clock;
  }

  addUser(username: string, role: UserRole): void {
    this.users.set(username, { username, post: '后勤值班', role, passwordHash: PASSWORD_HASH });
  }

  addLink(username: string): string {
    const token = randomBytes(16).toString('base64url');
    this.#links.set(token, username);
    return token;
  }

  findUser(username: string): AccountWithPassword | undefined {
    return this.users.get(username);
  }

  setupNeeded(): boolean {
    return ![...this.users.values()].some(({ role }) => role === 'administrator');
  }

  async setup(request: { token: string; username: string; post: string; passwordHash: string }) {
    await commit();
    if (!this.setupNeeded() || this.setupToken === null || request.token !== this.setupToken) return 'link_invalid';
    if (this.users.has(request.username)) return 'user_exists';
    this.setupToken = null;
    const { username, post, passwordHash } = request;
    this.users.set(username, { username, post, passwordHash, role: 'administrator' });
    return 'created';
  }

  async redeem(token: string): Promise<User | 'link_invalid'> {
    await commit();
    const username = this.#links.get(token);
    this.#links.delete(token);
    return (username === undefined ? undefined : this.users.get(username)) ?? 'link_invalid';
  }

  async openSession(username: string) {
    await commit();
    const token = randomBytes(24).toString('base64url');
    const expiresAt = this.#clock.now().wall + SESSION_LENGTH;
    this.#sessions.set(token, { username, expiresAt });
    return { token, expiresAt };
  }

  session(token: string) {
    const row = this.#sessions.get(token);
    const user = row === undefined ? undefined : this.users.get(row.username);
    return row === undefined || user === undefined ? undefined : { user, expiresAt: row.expiresAt };
  }

  async closeSession(token: string): Promise<void> {
    await commit();
    this.#sessions.delete(token);
  }
}

export const SITE = 'north';
const name = { zh: '男浴大池', en: 'Men’s pool' };

export function alarm(id: number, changes: Partial<AlarmView> = {}): AlarmView {
  return {
    id,
    site: SITE,
    rule: 'base.water',
    side: 'low',
    subject: { kind: 'point', id: 'pool' },
    area: 'bath',
    metric: 'water_temperature',
    priority: 2,
    state: 'unacknowledged',
    place: name,
    title: { zh: '水温低', en: 'Water too cold' },
    raisedAt: Date.UTC(2026, 10, 25, 3),
    returnedAt: null,
    acknowledged: null,
    value: 39.2,
    worst: 38.7,
    limit: 40,
    unknown: false,
    late: false,
    gathers: [],
    stored: true,
    response: { withinMinutes: 10, steps: [name], cause: name, consequence: name },
    ...changes,
  };
}

/** One site in memory whose sequence counts on with each delta, and its desk. */
export class MemorySite implements QuerySide, Desk {
  isReady = true;
  storing = true;
  seq = 0;
  readonly alarms = new Map<number, AlarmView>([[1, alarm(1)]]);
  readonly devices = new MemoryDevices(SITE);
  readonly modes: ModeDesk = {
    set: () => Promise.resolve({ refused: 'not_storing' }),
    end: () => Promise.resolve({ refused: 'not_storing' }),
  };
  readonly #listeners = new Set<(announcement: Announcement) => void>();
  readonly #clock: DrivenClock;

  constructor(clock: DrivenClock) {
    this.#clock = clock;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  ready(): boolean {
    return this.isReady;
  }

  sites() {
    return [{ id: SITE, name }];
  }

  snapshot(site: string): SiteSnapshot | undefined {
    if (site !== SITE) return undefined;
    return {
      epoch: 'start-1',
      seq: this.seq,
      at: this.#clock.now().wall,
      site: { id: SITE, name, timezone: 'Asia/Shanghai', notice: null, heating: true, storing: this.storing },
      areas: [],
      points: [],
      devices: [],
      alarms: [...this.alarms.values()],
      sparklines: { 'pool/water_temperature': [[0, 41.2]] },
    };
  }

  subscribe(listener: (announcement: Announcement) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  announce(delta: Partial<SiteDelta> = {}): void {
    this.seq += 1;
    const stamp = { epoch: 'start-1', site: SITE, seq: this.seq, at: this.#clock.now().wall };
    for (const listener of this.#listeners) listener({ kind: 'delta', delta: { ...stamp, ...delta } });
  }

  tick(): void {
    const tick = { epoch: 'start-1', site: SITE, seq: this.seq, at: this.#clock.now().wall };
    for (const listener of this.#listeners) listener({ kind: 'tick', tick });
  }

  registry(site: string): SiteRegistry | undefined {
    return site === SITE
      ? { site, name, timezone: 'Asia/Shanghai', areas: [], points: [], devices: [], bindings: [] }
      : undefined;
  }

  async alarmHistory(site: string) {
    await commit();
    return site === SITE ? { alarms: [alarm(1, { state: 'normal' })], next: null } : undefined;
  }

  async journal(id: number) {
    await commit();
    const found = this.alarms.get(id);
    return found && [{ at: found.raisedAt, what: 'raised' as const, value: found.value, by: null, note: null }];
  }

  async range(site: string, point: string, { metric, from }: { metric: string; from: number }) {
    await commit();
    if (site !== SITE || point !== 'pool') return undefined;
    const reading = { t: from, v: 41.5, q: 'good' as const, reason: null, backfilled: false };
    return { point, metric, readings: [reading], next: null };
  }

  async openHour(site: string, point: string) {
    await commit();
    return site === SITE && point === 'pool' ? [] : undefined;
  }

  async acknowledge({ alarm: id, user, note }: { alarm: number; user: User; note: string | null }) {
    await commit();
    const found = this.alarms.get(id);
    if (found === undefined) return { refused: 'no_such_alarm' as const };
    if (!this.storing) return { refused: 'not_storing' as const };
    if (found.acknowledged !== null) return { outcome: 'already' as const, alarm: found };
    const acknowledged = { by: user.username, post: user.post, at: this.#clock.now().wall, note };
    const next: AlarmView = { ...found, state: 'acknowledged', acknowledged };
    this.alarms.set(id, next);
    return { outcome: 'acknowledged' as const, alarm: next };
  }
}

export interface Bench extends AppOptions {
  readonly clock: DrivenClock;
  readonly accounts: MemoryAccounts;
  readonly site: MemorySite;
}

/** Options of a dashboard over doubles, with a user of each role called after it. */
export function bench(changes: Partial<AppOptions> = {}): Bench {
  const clock = new DrivenClock();
  const accounts = new MemoryAccounts(clock);
  for (const role of ['viewer', 'operator', 'administrator'] as const) accounts.addUser(role, role);
  const site = new MemorySite(clock);
  return {
    host: '127.0.0.1',
    log: pino({ level: 'silent' }),
    query: site,
    desk: site,
    clientDir: join(mkdtempSync(join(tmpdir(), 'fw-client-')), 'not-built'),
    version: '0.0.0-test',
    ...changes,
    clock,
    accounts,
    site,
  };
}

/** A cookie header of a fresh session. */
export async function cookieOf(accounts: Accounts, username: string): Promise<string> {
  const { token } = await accounts.openSession(username);
  return `fw_session=${token}`;
}

export const ORIGIN = 'http://localhost';

function commit(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The body of an answer, as the contract types it. */
export const problemOf = (answer: { json(): unknown }): Problem => PROBLEM.Parse(answer.json());
const PROBLEM = Compile(Problem);
