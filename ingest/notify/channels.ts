import { randomUUID } from 'node:crypto';
import type {
  ChannelBody,
  ChannelChange,
  ChannelList,
  ChannelOrderBody,
  ChannelTest,
  ChannelView,
} from '../../contract/channel.ts';
import type { Clock, Instant } from '../../contract/clock.ts';
import { bookChannels, channelLabel, judgeChannel, nameChannel } from '../line/channels.ts';
import type { Item as LineItem } from '../line/item.ts';
import type { World } from '../line/world.ts';
import type { ChannelChangeRow, ChannelReader, ChannelStatus } from '../stores/ledger/channels.ts';
import type { Seal } from '../stores/ledger/seal.ts';
import { addressProblem, shownAddress } from './address.ts';
import type { Dispatcher } from './dispatcher.ts';
import { healthOf } from './health.ts';
import { itemOf } from './message.ts';
import { standInFor } from './route.ts';
import { sampleAlarm } from './sample.ts';
import { sealChannel } from './sealed.ts';
import { UNTRIED, type Channel } from './types.ts';

/** Channels that one site may have. */
const MOST = 50;

export type ChannelRefusal =
  | { readonly refused: 'no_such_site' | 'no_such_channel' | 'not_storing' }
  | { readonly refused: 'invalid'; readonly errors: { field: string; message: string }[] };

/** What administrators do with the channels of a site. Every answer leaves after its commit. */
export interface Channels {
  list(site: string): ChannelList | ChannelRefusal;
  create(site: string, body: ChannelBody, actor: string): Promise<ChannelView | ChannelRefusal>;
  change(
    site: string,
    request: { id: number; change: ChannelChange; actor: string },
  ): Promise<ChannelView | ChannelRefusal>;
  remove(site: string, id: number, actor: string): Promise<ChannelRefusal | null>;
  order(site: string, body: ChannelOrderBody, actor: string): Promise<ChannelList | ChannelRefusal>;
  test(site: string, id: number): Promise<ChannelTest | ChannelRefusal>;
}

export interface ChannelsOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly reader: ChannelReader;
  readonly dispatcher: Dispatcher;
  readonly seal: Seal;
  readonly plainHttp: boolean;
  readonly publicUrl: string | null;
  readonly enqueue: (item: LineItem) => void;
}

export function createChannels(options: ChannelsOptions): Channels {
  const { world, clock, reader, dispatcher, seal, plainHttp } = options;
  let lastId = reader.lastChannelId();
  let turn: Promise<unknown> = Promise.resolve();
  const model = (site: string) => world.models.committed(site);
  const find = (site: string, id: number) => dispatcher.channels(site).find((channel) => channel.id === id);

  /** One change after the other: each begins with what the one before left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  /** Walks the line, and then is told to whoever sends; false: nothing can be stored. */
  function command(judge: (now: Instant) => void, tell: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      let stands = true;
      options.enqueue({
        judge: () => judge(clock.now()),
        done() {
          if (stands) tell();
          resolve(stands);
        },
        letGo: () => resolve(false),
        found() {
          judge(clock.now());
          tell();
        },
        offends() {
          stands = false;
          return [];
        },
        storedOnly: true,
      });
    });
  }

  function view(channel: Channel): ChannelView {
    const { id, site, kind, name, address, signed, priority, areas, language, enabled, status } = channel;
    const failing = status.failingSince !== null;
    const standIn = failing ? standInFor(id, dispatcher.channels(site)) : undefined;
    return {
      id,
      site,
      kind,
      name,
      address,
      signed,
      priority,
      areas: areas === null ? null : [...areas],
      language,
      enabled,
      health: healthOf(channel),
      since: status.since,
      lastDelivered: status.lastDelivered,
      failure: status.failure,
      waiting: reader.waitingCount(id),
      standIn: standIn?.id ?? null,
      diverted: failing ? reader.divertedSince(site, id, status.failedSince ?? 0) : 0,
    };
  }

  function list(site: string): ChannelList | ChannelRefusal {
    if (model(site) === undefined) return { refused: 'no_such_site' };
    const midnight = world.schedules.committed(site)?.startOfDay(clock.now().wall) ?? 0;
    return { channels: dispatcher.channels(site).map(view), today: reader.deliveredSince(site, midnight) };
  }

  /** Books a change of one channel and hands it to whoever sends. */
  async function put(
    channel: Channel,
    {
      actor,
      kind,
      detail,
      reset,
    }: { actor: string; kind: string; detail: Record<string, string>; reset: ChannelStatus | null },
  ): Promise<ChannelView | ChannelRefusal> {
    const { opened: _, ...stored } = channel;
    const { id, site } = channel;
    const rows: ChannelChangeRow[] = [{ op: 'channel.put', channel: stored }];
    if (reset !== null) rows.push({ op: 'channel.status', id, status: reset });
    const stands = await command(
      (now) => {
        nameChannel(world, { site, id, label: channelLabel(channel) }, now);
        if (reset !== null) judgeChannel(world, { site, id, failing: false }, now);
        bookChannels(world, rows, { at: now.wall, site, kind, actor, detail: { channel: id, ...detail } });
      },
      () => dispatcher.put(channel, reset),
    );
    if (!stands) return { refused: 'not_storing' };
    return view(dispatcher.channel(id) ?? channel);
  }

  function problems(
    site: string,
    { areas, address }: Pick<ChannelChange, 'areas' | 'address'>,
  ): { field: string; message: string }[] {
    const known = new Set(model(site)?.areas.keys());
    const wrong = address === undefined ? null : addressProblem(address, { plainHttp });
    return [
      ...(areas ?? []).flatMap((area, at) =>
        known.has(area) ? [] : [{ field: `areas.${at}`, message: 'is no area of this site' }],
      ),
      ...(wrong === null ? [] : [{ field: 'address', message: wrong }]),
    ];
  }

  return {
    list,
    create: (site, body, actor) =>
      inTurn(async () => {
        if (model(site) === undefined) return { refused: 'no_such_site' };
        const errors = [...problems(site, body), ...secretProblems(body)];
        if (dispatcher.channels(site).length >= MOST)
          errors.push({ field: 'kind', message: `is one too many: a site has at most ${MOST} channels` });
        if (errors.length > 0) return { refused: 'invalid', errors };
        lastId += 1;
        const { address, secret, ...settings } = body;
        const opened = { address: address.trim(), secret };
        const id = lastId;
        const channel: Channel = {
          ...settings,
          id,
          site,
          address: shownAddress(body.kind, address),
          signed: secret !== null,
          sealed: sealChannel(seal, { site, id }, opened),
          status: body.enabled ? UNTRIED : { ...UNTRIED, since: clock.now().wall },
          opened,
        };
        return put(channel, { actor, kind: 'channel.created', detail: { kind: body.kind }, reset: null });
      }),

    change: (site, { id, change, actor }) =>
      inTurn(async () => {
        const before = find(site, id);
        if (before === undefined) return { refused: 'no_such_channel' };
        const errors = [...problems(site, change), ...changeProblems(before, change)];
        if (errors.length > 0) return { refused: 'invalid', errors };
        const { address: newAddress, secret: newSecret, ...settings } = change;
        const address = newAddress?.trim() ?? before.opened?.address ?? '';
        const secret = newSecret === undefined ? (before.opened?.secret ?? null) : newSecret;
        const isNew = newAddress !== undefined || newSecret !== undefined;
        const channel: Channel = {
          ...before,
          ...settings,
          ...(isNew
            ? {
                address: shownAddress(before.kind, address),
                signed: secret !== null,
                sealed: sealChannel(seal, before, { address, secret }),
                opened: { address, secret },
              }
            : {}),
        };
        const switched = channel.enabled !== before.enabled;
        // Switched off, it fails nobody; switched on, it begins anew.
        const reset = switched
          ? { ...UNTRIED, lastDelivered: before.status.lastDelivered, since: clock.now().wall }
          : null;
        const detail = { fields: Object.keys(change).sort().join(', ') };
        return put(channel, { actor, kind: 'channel.changed', detail, reset });
      }),

    remove: (site, id, actor) =>
      inTurn(async () => {
        const channel = find(site, id);
        if (channel === undefined) return { refused: 'no_such_channel' };
        const heir = standInFor(id, dispatcher.channels(site))?.id ?? null;
        const stands = await command(
          (now) => {
            nameChannel(world, { site, id, label: null }, now);
            const detail = { channel: id, kind: channel.kind };
            bookChannels(world, [{ op: 'channel.delete', id, heir, at: now.wall }], {
              at: now.wall,
              site,
              kind: 'channel.deleted',
              actor,
              detail,
            });
          },
          () => dispatcher.remove(id),
        );
        return stands ? null : { refused: 'not_storing' };
      }),

    order: (site, { order }, actor) =>
      inTurn(async () => {
        if (model(site) === undefined) return { refused: 'no_such_site' };
        const ids = dispatcher.channels(site).map(({ id }) => id);
        if (order.length !== ids.length || !ids.every((id) => order.includes(id))) {
          return {
            refused: 'invalid',
            errors: [{ field: 'order', message: 'must name each channel of the site once' }],
          };
        }
        const stands = await command(
          (now) => {
            const detail = { order: order.join(', ') };
            bookChannels(world, [{ op: 'channel.order', ids: order }], {
              at: now.wall,
              site,
              kind: 'channel.ordered',
              actor,
              detail,
            });
          },
          () => dispatcher.reorder(order),
        );
        return stands ? list(site) : { refused: 'not_storing' };
      }),

    async test(site, id) {
      const known = model(site);
      const channel = find(site, id);
      if (known === undefined || channel === undefined) return { refused: 'no_such_channel' };
      const at = clock.now().wall;
      const record = sampleAlarm(known, { at, areas: channel.areas });
      const happenings = [{ notification: 0, what: 'raised' as const, at: record.raisedAt }];
      const { text, delivery } = await dispatcher.test(id, {
        id: randomUUID(),
        channel,
        items: [itemOf(known, record, { happenings, beginningLost: false })],
        repeat: false,
        test: true,
        standsInFor: null,
        at,
        publicUrl: options.publicUrl,
        recovered: null,
      });
      return { text, delivery };
    },
  };
}

function secretProblems({ kind, secret }: Pick<ChannelBody, 'kind' | 'secret'>): { field: string; message: string }[] {
  if (kind === 'webhook' && secret === null)
    return [{ field: 'secret', message: 'is asked of a webhook: it signs what is sent' }];
  if (kind === 'wecom' && secret !== null)
    return [{ field: 'secret', message: 'must be empty: robots of WeCom take no signature' }];
  return [];
}

function changeProblems(before: Channel, { address, secret }: ChannelChange): { field: string; message: string }[] {
  if (address === undefined && before.opened === null && secret !== undefined)
    return [{ field: 'address', message: 'has to be entered again: it was stored with another server key' }];
  if (address !== undefined && secret === undefined && before.signed)
    return [{ field: 'secret', message: 'is asked for with a new address: the old one stays with the old address' }];
  return secret === undefined ? [] : secretProblems({ kind: before.kind, secret });
}
