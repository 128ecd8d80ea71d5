import type { ChannelKind, ChannelView, Delivery, DeliveryProblem } from '../../../contract/channel.ts';
import { clockTime, localDate, momentTime } from '../format/time.ts';
import type { Moment } from '../words/alarm-words.ts';
import type { Words } from '../words/use-words.ts';

/** Problems about which a kind has words of its own. */
const OF_KIND: Partial<Record<DeliveryProblem, readonly ChannelKind[]>> = {
  http_status: ['webhook'],
  wrong_address: ['webhook'],
  wrong_signature: ['dingtalk', 'feishu'],
  keyword_missing: ['dingtalk', 'feishu'],
  too_many: ['dingtalk'],
  rejected: ['webhook'],
};

export interface Help {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

/** What a failure means, and what to do about it. */
export function helpFor(problem: DeliveryProblem, kind: ChannelKind, { t }: Pick<Words, 't'>): Help {
  const own = OF_KIND[problem]?.includes(kind) === true;
  const key = `notificationsPage.help.${own ? `${problem}_${kind}` : problem}`;
  return { title: t(`${key}.title`), why: t(`${key}.why`), steps: t(`${key}.steps`).split('\n') };
}

/** `钉钉 设备维修群` */
export function channelName({ kind, name }: Pick<ChannelView, 'kind' | 'name'>, { t }: Pick<Words, 't'>): string {
  return `${t(`notificationsPage.kind.${kind}`)} ${name}`;
}

/** `失败 44 分`, `送达，HTTP 200` */
export function healthText(channel: ChannelView, now: number, { t, duration }: Words): string {
  const { health, since, lastDelivered, kind } = channel;
  if (health === 'delivering' && kind === 'webhook' && lastDelivered?.httpStatus != null)
    return t('notificationsPage.httpDelivered', { status: lastDelivered.httpStatus });
  return t(`notificationsPage.health.${health}`, { duration: duration(now - (since ?? now)) });
}

/** The line below the state: why it fails and who gets it instead, or how the last message was taken. */
export function healthDetail(channel: ChannelView, channels: readonly ChannelView[], words: Words): string {
  const detail = detailOf(channel, channels, words);
  return detail.charAt(0).toUpperCase() + detail.slice(1);
}

function detailOf(channel: ChannelView, channels: readonly ChannelView[], { t }: Words): string {
  const { health, failure, waiting, lastDelivered, kind, signed } = channel;
  if (health === 'untried') return t('notificationsPage.untriedHint');
  if (health === 'disabled') return t('notificationsPage.disabledHint');
  if (health === 'delivering') {
    if (kind === 'webhook') return t(signed ? 'notificationsPage.signature' : 'notificationsPage.unsigned');
    const code = lastDelivered?.code ?? null;
    return code === null ? t('notificationsPage.robotSilent') : t('notificationsPage.robotSaid', { code });
  }
  const rest =
    health === 'failing' ? diverted(channel, channels, { t }) : t('notificationsPage.waiting', { n: waiting });
  const problem = failure?.problem ?? null;
  if (problem === null) return rest;
  return t('notificationsPage.reason', { problem: t(`notificationsPage.problem.${problem}`), rest });
}

function diverted(channel: ChannelView, channels: readonly ChannelView[], { t }: Pick<Words, 't'>): string {
  const instead = channels.find(({ id }) => id === channel.standIn);
  if (instead === undefined) return t('notificationsPage.noStandIn', { n: channel.waiting });
  return t('notificationsPage.divertedTo', { n: channel.diverted, name: channelName(instead, { t }) });
}

/** `15:41:03，160 ms`; of another day `11-24 15:41`. */
export function deliveryTime({ at, took }: Delivery, { now, zone }: Moment, { t, count }: Words): string {
  const today = localDate(at, zone) === localDate(now, zone);
  const moment = today ? clockTime(at, zone) : momentTime(at, { now, zone });
  return t('notificationsPage.at', { moment, took: count(took) });
}
