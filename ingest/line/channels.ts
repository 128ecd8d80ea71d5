import type { ChannelKind } from '../../contract/channel.ts';
import type { Instant } from '../../contract/clock.ts';
import type { LocalText } from '../../contract/ids.ts';
import type { ChannelChangeRow } from '../stores/ledger/channels.ts';
import type { SystemEvent } from '../stores/ledger/types.ts';
import { judgeCondition } from './conditions.ts';
import { dropMachine } from './registry.ts';
import { keyOf } from './keys.ts';
import { watchKey } from './watch.ts';
import type { World } from './world.ts';

const KINDS: Readonly<Record<ChannelKind, LocalText>> = {
  webhook: { zh: 'Webhook', en: 'Webhook' },
  wecom: { zh: '企业微信', en: 'WeCom' },
  dingtalk: { zh: '钉钉', en: 'DingTalk' },
  feishu: { zh: '飞书', en: 'Feishu' },
};

/** What an alarm about a channel is called after: `钉钉 设备维修群`. */
export function channelLabel({ kind, name }: { kind: ChannelKind; name: string }): LocalText {
  const { zh, en } = KINDS[kind];
  return { zh: `${zh} ${name}`, en: `${en} ${name}` };
}

const subjectOf = (id: number) => ({ kind: 'channel', id: String(id) }) as const;

/** Says whether a channel keeps failing: an alarm like any other. */
export function judgeChannel(
  world: World,
  channel: { site: string; id: number; failing: boolean },
  now: Instant,
): void {
  const model = world.models.get(channel.site);
  if (model?.channels.has(String(channel.id)) !== true) return;
  judgeCondition(world, model, { rule: 'channel.failing', subject: subjectOf(channel.id) }, channel.failing, now);
}

/** What an alarm about the channel calls it; null: there is no such channel any more, and no alarm about it. */
export function nameChannel(
  world: World,
  { site, id, label }: { site: string; id: number; label: LocalText | null },
  now: Instant,
): void {
  const model = world.models.get(site);
  if (model === undefined) return;
  const channels = new Map(model.channels);
  if (label === null) {
    const key = watchKey({ rule: 'channel.failing', side: null, subject: subjectOf(id), metric: null });
    dropMachine(world, keyOf.machine(site, key), now);
    channels.delete(String(id));
  } else channels.set(String(id), label);
  world.models.set(site, { ...model, channels });
}

/** An administrator's change, booked with who made it. */
export function bookChannels(world: World, rows: readonly ChannelChangeRow[], event: SystemEvent): void {
  world.pending.channels.push(...rows);
  world.pending.systemEvents.push(event);
}
