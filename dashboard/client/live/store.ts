import { type InjectionKey, inject, type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { io } from 'socket.io-client';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { SiteDelta, SiteSnapshot, Tick } from '../../../contract/live.ts';
import { applyDelta, fromSnapshot, type SiteState, tickShowsGap } from './state.ts';
import { linkStage, type LinkStage } from './link.ts';

const WatchAnswer = Type.Union([
  Type.Object({ ok: Type.Literal(true), snapshot: SiteSnapshot }),
  Type.Object({ ok: Type.Literal(false), problem: Type.Enum(['unknown_site', 'bad_request', 'not_ready']) }),
]);

/** A tick, a delta or an answer that this page does not understand: server and page are of different versions. */
export type LiveProblem = 'unknown_site' | 'not_understood';

export interface LiveStore {
  readonly state: Readonly<ShallowRef<SiteState | null>>;
  readonly stage: Readonly<Ref<LinkStage>>;
  readonly problem: Readonly<Ref<LiveProblem | null>>;
  /** Server's time now, ms epoch: the last tick and what passed since, whatever this computer's clock says. */
  readonly now: Readonly<Ref<number>>;
  /** The same, as it was when its second and its minute began: for what is told no finer, a thousand times on a page. */
  readonly second: Readonly<Ref<number>>;
  readonly minute: Readonly<Ref<number>>;
  /** Whole seconds since the last tick. */
  readonly lag: Readonly<Ref<number>>;
  /** Server's time of the last tick; null before the first. */
  readonly stoppedAt: Readonly<Ref<number | null>>;
  /** Counts ticks that were followed by a drawn frame. */
  readonly beat: Readonly<Ref<number>>;
  /** Connects anew: somebody has signed in again. */
  resume(): void;
  close(): void;
}

export interface LiveOptions {
  readonly site: string;
  /** The session is over. */
  readonly onBye: () => void;
  /** Refused or cut off by the server: is somebody still signed in? */
  readonly stillSignedIn: () => Promise<boolean>;
  /** Connected, for the first time or anew. */
  readonly onConnect?: () => void;
  /** Nobody stands by to reload it: a wall shows its own cookie, and is back within 10 s of any outage. */
  readonly wall?: boolean;
}

const WATCH_TIMEOUT_MS = 10_000;
const RETRY_MS = 2_000;
/** A wall whose server fell silent for so long (ms) takes the line for dead, whatever TCP believes. */
const SILENT_MS = 6_000;
/** Together with one attempt that hangs they stay below 10 s. */
const WALL_PACE = { reconnectionDelay: 500, reconnectionDelayMax: 1_500, timeout: 4_000, query: { wall: '1' } };
const DESK_PACE = { reconnectionDelay: 500, reconnectionDelayMax: 5_000 };

/** What a browser says when a page or its network is back. */
const WAKING: readonly (readonly [() => EventTarget, string])[] = [
  [() => document, 'visibilitychange'],
  [() => document, 'resume'],
  [() => window, 'pageshow'],
  [() => window, 'online'],
];

/** Follows one site for as long as the page is open; never gives up. */
export function openLive({ site, onBye, stillSignedIn, onConnect, wall = false }: LiveOptions): LiveStore {
  const state = shallowRef<SiteState | null>(null);
  const stage = ref<LinkStage>('loading');
  const problem = ref<LiveProblem | null>(null);
  const now = ref(Date.now());
  const second = ref(0);
  const minute = ref(0);
  const lag = ref(0);
  const stoppedAt = ref<number | null>(null);
  const beat = ref(0);

  let tickedAt: number | null = null;
  let connectedAt = 0;
  let heardAt = 0;
  let watching = false;
  let closed = false;
  const isClosed = () => closed;
  let early: SiteDelta[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const socket = io({
    transports: ['websocket'],
    ...(wall ? WALL_PACE : DESK_PACE),
    reconnectionAttempts: Infinity,
    autoConnect: false,
  });

  function refresh(): void {
    const since = tickedAt === null ? null : performance.now() - tickedAt;
    stage.value = linkStage({
      loaded: state.value !== null,
      connected: socket.connected,
      sinceTick: since,
      patient: wall,
    });
    lag.value = Math.floor((since ?? 0) / 1000);
    if (stoppedAt.value !== null) now.value = stoppedAt.value + (performance.now() - heardAt);
    second.value = now.value - (now.value % 1_000);
    minute.value = now.value - (now.value % 60_000);
  }

  /** What time it is there. */
  function hear(at: number): void {
    heardAt = performance.now();
    stoppedAt.value = at;
  }

  function beatAt(at: number): void {
    hear(at);
    tickedAt = heardAt;
    refresh();
    requestAnimationFrame(() => (beat.value += 1));
  }

  function later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!closed) run();
    }, ms);
    timers.add(timer);
  }

  /** Joins the site and takes its snapshot; deltas that overtake the answer wait for it. */
  async function watch(): Promise<void> {
    if (watching || closed || !socket.connected) return;
    watching = true;
    early = [];
    const answer: unknown = await socket
      .timeout(WATCH_TIMEOUT_MS)
      .emitWithAck('watch', { site })
      .catch(() => null);
    watching = false;
    if (isClosed()) return;
    if (!Check(WatchAnswer, answer)) {
      if (answer !== null) problem.value = 'not_understood';
      later(RETRY_MS, () => void watch());
    } else if (!answer.ok) {
      problem.value = answer.problem === 'unknown_site' ? 'unknown_site' : null;
      later(RETRY_MS, () => void watch());
    } else {
      problem.value = null;
      state.value = fromSnapshot(answer.snapshot);
      // A wall asks for one whenever the heart is silent: the answer alone is no heartbeat.
      if (wall && tickedAt !== null) hear(answer.snapshot.at);
      else beatAt(answer.snapshot.at);
      early.forEach(take);
    }
  }

  function take(delta: SiteDelta): void {
    if (watching) {
      early.push(delta);
      return;
    }
    if (state.value === null) return;
    const applied = applyDelta(state.value, delta);
    if (applied.verdict === 'gap') void watch();
    if (applied.verdict === 'applied') state.value = applied.state;
  }

  /** A line that went dead without a word is cut and laid anew: TCP alone would hope for minutes. */
  function checkPulse(): void {
    refresh();
    if (!wall || watching || !socket.connected) return;
    if (performance.now() - Math.max(tickedAt ?? 0, connectedAt) < SILENT_MS) return;
    socket.disconnect();
    socket.connect();
  }

  /** The page or the computer slept: timers may have stood still, so look at once. */
  function awake(): void {
    checkPulse();
    if (!socket.connected && !isClosed()) socket.disconnect().connect();
  }

  async function reconnect(): Promise<void> {
    if (!(await stillSignedIn())) onBye();
    else if (!socket.active) later(RETRY_MS, () => socket.connect());
  }

  socket.on('connect', () => {
    connectedAt = performance.now();
    refresh();
    onConnect?.();
    void watch();
  });
  socket.on('connect_error', () => {
    refresh();
    void reconnect();
  });
  socket.on('disconnect', (reason) => {
    refresh();
    if (reason === 'io server disconnect') void reconnect();
  });
  socket.on('bye', onBye);
  socket.on('delta', (raw: unknown) => {
    if (!Check(SiteDelta, raw)) problem.value = 'not_understood';
    else if (raw.site === site) take(raw);
  });
  socket.on('tick', (raw: unknown) => {
    if (!Check(Tick, raw) || raw.site !== site) return;
    if (state.value !== null && !watching && tickShowsGap(state.value, raw)) void watch();
    if (state.value !== null) beatAt(raw.at);
  });
  socket.connect();
  const refreshing = setInterval(checkPulse, 1_000);
  if (wall) WAKING.forEach(([target, event]) => target().addEventListener(event, awake));

  return {
    state,
    stage,
    problem,
    now,
    second,
    minute,
    lag,
    stoppedAt,
    beat,
    resume: () => void socket.disconnect().connect(),
    close() {
      closed = true;
      clearInterval(refreshing);
      if (wall) WAKING.forEach(([target, event]) => target().removeEventListener(event, awake));
      timers.forEach((timer) => clearTimeout(timer));
      socket.close();
    },
  };
}

export const LIVE: InjectionKey<LiveStore> = Symbol('live');

/** The live store that the site's page provides. */
export function useLive(): LiveStore {
  const live = inject(LIVE);
  if (live === undefined) throw new Error('useLive() belongs below the page of a site, which provides it');
  return live;
}
