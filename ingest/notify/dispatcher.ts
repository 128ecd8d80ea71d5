import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../contract/channel.ts';
import type { Clock } from '../../contract/clock.ts';
import type { SiteModel } from '../line/model.ts';
import type { ChannelChangeRow, ChannelReader, ChannelStatus, WaitingDelivery } from '../stores/ledger/channels.ts';
import type { AlarmRecord, Ledger } from '../stores/ledger/types.ts';
import { afterDelivery, afterFailure, FAILING_AFTER, isAboutContent, waitAfter } from './health.ts';
import { messageOf } from './message.ts';
import { planNext, type Plan } from './plan.ts';
import { PROTOCOLS } from './robots/index.ts';
import { createRefusals } from './refusals.ts';
import { isAbout, standInFor, works } from './route.ts';
import { routeIntents } from './routing.ts';
import { send } from './send.ts';
import type { Attempt, Channel, Message } from './types.ts';

const MINUTE = 60_000;
/** ms between looks at the queue, besides those that a new alarm or an answer brings. */
const LOOK_EVERY = 1_000;
/** Rows of one channel that are looked at when its next message is chosen. */
const LOOKED_AT = 500;
/** ms until another message is tried after one was refused for what it says. */
const NEXT_MESSAGE = 1_000;
/** ms that answers on their way are waited for at the end. */
const LAST_ANSWERS = 2_000;

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: ChannelReader & { alarm(id: number): AlarmRecord | undefined };
  readonly model: (site: string) => SiteModel | undefined;
  readonly publicUrl: string | null;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  /** A channel keeps failing, or works again. */
  readonly onFailing: (channel: Channel, failing: boolean) => void;
  readonly onError: (error: unknown) => void;
  readonly onAttempt?: (channel: Channel, delivery: Delivery) => void;
}

export interface Dispatcher {
  /** Takes in a channel as it is now; the next attempt need not wait. `reset`: how it does is forgotten for this. */
  put(channel: Channel, reset?: ChannelStatus | null): void;
  remove(id: number): void;
  /** Of a site, in their order. */
  channels(site: string): readonly Channel[];
  channel(id: number): Channel | undefined;
  reorder(ids: readonly number[]): void;
  /** Something may be waiting in the ledger. */
  wake(): void;
  /** Sends a message of its own at once; an arrival counts like any other. */
  test(id: number, message: Message): Promise<Attempt>;
  /** Resolves when nothing is on its way and nothing can be sent now. */
  idle(): Promise<void>;
  /** Waits 2 s for answers; what then has none may have arrived, and is sent again as a repeat. */
  close(): Promise<void>;
}

interface Post {
  channel: Channel;
  /** Monotonic ms before which it is not tried. */
  nextAt: number;
  /** Monotonic ms of the first failure of this row of failures. */
  failedMono: number | null;
  /** One message at a time: that keeps the order. */
  busy: boolean;
  /** Monotonic ms at which it sent, within the last minute. */
  sent: number[];
  /** A notice that it works again may have arrived. */
  probeUncertain: boolean;
  readonly refusals: ReturnType<typeof createRefusals>;
}

/** Sends what the ledger's queue holds, a message at a time for each channel, all channels side by side. */
export function createDispatcher(channels: readonly Channel[], options: DispatcherOptions): Dispatcher {
  const { clock, ledger, reader, model, random, onError } = options;
  const posts = new Map<number, Post>();
  const underWay = new Set<number>();
  const waiters: (() => void)[] = [];
  const ending = new AbortController();
  let looking = false;
  /** How often somebody said that there may be something to send. */
  let asked = 0;
  let stopped = false;

  for (const channel of channels) posts.set(channel.id, postOf(channel));

  function postOf(channel: Channel): Post {
    const now = clock.now();
    const { failedSince, failingSince } = channel.status;
    const lasted = failedSince === null ? null : Math.min(Math.max(0, now.wall - failedSince), FAILING_AFTER);
    const sent = reader.sentSince(channel.site, channel.id, now.wall - MINUTE);
    return {
      channel,
      nextAt: now.mono,
      failedMono: lasted === null ? null : now.mono - lasted,
      busy: false,
      sent: sent.map((at) => now.mono - Math.max(0, now.wall - at)),
      // What an earlier run sent in vain, nobody knows.
      probeUncertain: failingSince !== null,
      refusals: createRefusals(random),
    };
  }

  const siteChannels = (site: string) =>
    [...posts.values()].map((post) => post.channel).filter((one) => one.site === site);
  const commit = (rows: readonly ChannelChangeRow[]) => ledger.commit({ at: clock.now().wall, channels: rows });

  async function look(): Promise<void> {
    asked += 1;
    if (looking) return;
    looking = true;
    let answered: number;
    try {
      do {
        answered = asked;
        await routeIntents({ reader, model, channels: siteChannels, commit });
        for (const post of posts.values()) if (!stopped) begin(post);
      } while (asked !== answered && !stopped);
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
      settle();
    }
  }

  function settle(): void {
    if (looking || [...posts.values()].some(({ busy }) => busy)) return;
    for (const resolve of waiters.splice(0)) resolve();
  }

  /** Starts the next message of a channel, if there is one and its time has come. */
  function begin(post: Post): void {
    const { channel } = post;
    const { mono } = clock.now();
    post.sent = post.sent.filter((at) => mono - at < MINUTE);
    if (post.busy || !channel.enabled || mono < post.nextAt) return;
    const all = siteChannels(channel.site);
    const failing = channel.status.failingSince !== null;
    const relieved = failing && standInFor(channel.id, all) !== undefined;
    const rows = relieved ? [] : rowsFor(channel, all);
    const plan = planNext(rows, {
      room: PROTOCOLS[channel.kind].perMinute - post.sent.length,
      blocked: (row) => underWay.has(row.id) || post.refusals.waits(row, mono),
      alone: post.refusals.has,
      priorityOf: (alarm) => reader.alarm(alarm)?.priority ?? 4,
    });
    if (plan !== undefined) return launch(post, () => attempt(post, plan));
    if (failing && rows.length === 0) launch(post, () => probe(post));
  }

  /** What a channel has to send: its own, and that of the channels which it stands in for. */
  function rowsFor(channel: Channel, all: readonly Channel[]): WaitingDelivery[] {
    const owners = all.filter(
      (owner) => owner.id === channel.id || (!works(owner) && standInFor(owner.id, all)?.id === channel.id),
    );
    const rows = owners.flatMap(({ id }) => [...reader.waiting(id, LOOKED_AT), ...reader.handed(id, LOOKED_AT)]);
    // A channel never tells of itself: whoever reads it there knows already.
    return rows.filter(({ alarm }) => {
      const record = reader.alarm(alarm);
      return record !== undefined && !isAbout(record.subject, channel.id);
    });
  }

  function launch(post: Post, work: () => Promise<void>): void {
    post.busy = true;
    void work()
      .catch((error: unknown) => {
        post.nextAt = clock.now().mono + LOOK_EVERY;
        onError(error);
      })
      .finally(() => {
        post.busy = false;
        if (stopped) settle();
        else void look();
      });
  }

  async function attempt(post: Post, plan: Plan): Promise<void> {
    const { channel } = post;
    const rows = plan.alarms.flat();
    for (const { id } of rows) underWay.add(id);
    try {
      const had = reader.deliveredBy(
        channel.id,
        rows.filter((row) => row.channel !== channel.id).map((row) => row.notification),
      );
      const covered = rows.filter((row) => had.has(row.notification));
      if (covered.length > 0) return await commit([endOf(covered, 'covered', channel.id)]);
      await deliver(post, plan, rows);
    } finally {
      for (const { id } of rows) underWay.delete(id);
    }
  }

  async function deliver(post: Post, plan: Plan, rows: readonly WaitingDelivery[]): Promise<void> {
    const { channel } = post;
    const id = plan.message ?? randomUUID();
    const known = model(channel.site);
    if (known === undefined) return;
    const message = messageOf(plan, {
      id,
      channel,
      model: known,
      alarm: (alarm) => reader.alarm(alarm),
      channelName: (owner) => posts.get(owner)?.channel.name ?? null,
      at: clock.now().wall,
      publicUrl: options.publicUrl,
    });
    // Written before it is sent: should we end in between, it is known that it may have arrived.
    await commit([{ op: 'delivery.start', ids: rows.map((row) => row.id), message: id }]);
    const result = await dispatch(post, message);
    if (result === undefined) return;
    if (result.delivery.delivered) {
      post.refusals.forget(rows);
      await record(post, [endOf(rows, 'delivered', channel.id)], statusAfter(post, result.delivery));
      return;
    }
    const uncertain = result.uncertain || message.repeat;
    const failed = { op: 'delivery.failed', ids: rows.map((row) => row.id), uncertain } as const;
    const status = statusAfter(post, result.delivery);
    const given = isAboutContent(result.delivery) ? refuse(post, rows, status) : [];
    await record(post, [failed, ...given], status);
  }

  /** Refused for what it says: others are tried meanwhile, and in the end another channel. */
  function refuse(post: Post, rows: readonly WaitingDelivery[], status: ChannelStatus): ChannelChangeRow[] {
    const { mono } = clock.now();
    post.nextAt = mono + NEXT_MESSAGE;
    const giveUp = post.refusals.note(rows, mono);
    // While nothing at all arrives, it is the channel and not the message.
    if (!giveUp || status.failingSince !== null) return [];
    post.refusals.forget(rows);
    const next = standInFor(post.channel.id, siteChannels(post.channel.site));
    const ids = rows.map(({ id }) => id);
    return next === undefined || rows.some(({ via }) => via !== null)
      ? [endOf(rows, 'refused', null)]
      : [{ op: 'delivery.handed', ids, via: next.id }];
  }

  /** Nothing waits here, as another channel stands in: a notice finds out whether this one works again. */
  async function probe(post: Post): Promise<void> {
    const { channel } = post;
    const registry = model(channel.site)?.registry;
    if (registry === undefined) return;
    const since = channel.status.failedSince ?? clock.now().wall;
    const diverted = reader.divertedSince(channel.site, channel.id, since);
    const result = await dispatch(post, {
      id: `recovered-${channel.id}-${Math.round(since)}`,
      channel,
      items: [],
      repeat: post.probeUncertain,
      test: false,
      standsInFor: null,
      at: clock.now().wall,
      publicUrl: options.publicUrl,
      recovered: { since, diverted, site: registry.name, zone: registry.timezone },
    });
    if (result === undefined) return;
    post.probeUncertain ||= result.uncertain;
    const status = statusAfter(post, result.delivery);
    if (result.uncertain)
      post.nextAt = clock.now().mono + waitAfter(1, { problem: null, random: random(), probing: 'uncertain' });
    await record(post, [], status);
  }

  /** Undefined: we are ending, and nobody knows what became of it. */
  async function dispatch(post: Post, message: Message): Promise<Attempt | undefined> {
    post.sent.push(clock.now().mono);
    const result = await send(post.channel, message, { clock, signal: ending.signal });
    options.onAttempt?.(post.channel, result.delivery);
    return ending.signal.aborted && !result.delivery.delivered ? undefined : result;
  }

  function statusAfter(post: Post, delivery: Delivery): ChannelStatus {
    const { mono, wall } = clock.now();
    const { status } = post.channel;
    if (delivery.delivered) {
      post.failedMono = null;
      post.nextAt = mono;
      post.probeUncertain = false;
      return afterDelivery(status, delivery, wall);
    }
    post.failedMono ??= mono;
    const after = afterFailure(status, delivery, { at: wall, lasting: mono - post.failedMono });
    post.nextAt = mono + waitAfter(after.failures, { problem: delivery.problem, random: random(), probing: null });
    return after;
  }

  /** What became of a message is written until it stands: only then comes the channel's next one. */
  async function record(post: Post, rows: readonly ChannelChangeRow[], status: ChannelStatus): Promise<void> {
    const before = post.channel.status;
    const { id } = post.channel;
    // The channel may have been changed while its message was on its way: its settings are the newer ones.
    post.channel = { ...post.channel, status };
    for (;;) {
      try {
        await commit([...rows, { op: 'channel.status', id, status }]);
        break;
      } catch (error) {
        onError(error);
        if (stopped) return;
        await new Promise<void>((resolve) => clock.after(LOOK_EVERY, resolve));
      }
    }
    const failing = status.failingSince !== null;
    if (failing !== (before.failingSince !== null) && posts.get(id) === post) options.onFailing(post.channel, failing);
  }

  function endOf(rows: readonly WaitingDelivery[], outcome: 'delivered' | 'covered' | 'refused', by: number | null) {
    return { op: 'delivery.end', ids: rows.map(({ id }) => id), outcome, at: clock.now().wall, by } as const;
  }

  for (const { channel } of posts.values()) options.onFailing(channel, channel.status.failingSince !== null);
  const timer = clock.every(LOOK_EVERY, () => void look());

  return {
    put(channel, reset = null) {
      const post = posts.get(channel.id);
      if (post === undefined) posts.set(channel.id, postOf(channel));
      else {
        // What became of messages since is known here, not to whoever changed the settings.
        post.channel = reset === null ? { ...channel, status: post.channel.status } : { ...channel, status: reset };
        post.nextAt = clock.now().mono;
        post.refusals.clear();
        if (reset !== null) post.failedMono = null;
      }
      void look();
    },
    remove(id) {
      posts.delete(id);
      void look();
    },
    channels: siteChannels,
    channel: (id) => posts.get(id)?.channel,
    reorder(ids) {
      for (const id of ids) {
        const post = posts.get(id);
        if (post === undefined) continue;
        posts.delete(id);
        posts.set(id, post);
      }
    },
    wake: () => void look(),
    async test(id, message) {
      const post = posts.get(id);
      if (post === undefined) throw new Error(`there is no channel ${id}`);
      const { delivery, ...attempted } = await send(post.channel, message, { clock, signal: ending.signal });
      post.sent.push(clock.now().mono);
      // That a test fails is seen by whoever sent it; only messages that somebody waits for make a channel failing.
      const status = delivery.delivered ? statusAfter(post, delivery) : { ...post.channel.status, failure: delivery };
      await record(post, [], status);
      void look();
      return { delivery, ...attempted };
    },
    idle: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        void look();
      }),
    async close() {
      stopped = true;
      timer.cancel();
      const busy = () => looking || [...posts.values()].some((post) => post.busy);
      if (!busy()) return;
      const last = clock.after(LAST_ANSWERS, () => ending.abort());
      await new Promise<void>((resolve) => {
        waiters.push(resolve);
        settle();
      });
      last.cancel();
    },
  };
}
