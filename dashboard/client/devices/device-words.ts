import type { DeviceView } from '../../../contract/live.ts';
import { formatNumber } from '../format/number.ts';
import { offsetParts } from '../format/offset.ts';
import { momentTime } from '../format/time.ts';
import { hasReturned } from '../alarms/order.ts';
import type { SiteState } from '../live/state.ts';
import { type Moment, standingFor, stateInSentence } from '../words/alarm-words.ts';
import type { Words } from '../words/use-words.ts';
import type { DeviceRow } from './condition.ts';

/** A text of the catalogue, with what stands in it. */
type Translate = (key: string, named?: Record<string, unknown>) => string;

/** Presence in words, and what else is the matter: `失联 14 分`, `在线，时钟慢`. */
export function presenceText(
  { device, condition }: DeviceRow,
  { now }: Pick<Moment, 'now'>,
  words: Pick<Words, 'local' | 'duration'> & { t: Translate },
): string {
  const { t, local, duration } = words;
  if (device.presence === 'offline') {
    return device.since === null
      ? t('devicesPage.state.offlineNow')
      : t('devicesPage.state.offline', { duration: duration(now - device.since) });
  }
  const presence = t(`device.presence.${device.presence}`);
  const and = (what: string) => t('devicesPage.list', { a: presence, b: what });
  switch (condition.kind) {
    case 'alarm': {
      const what = inSentence(local(condition.alarm.title));
      // 在线，失联 would be both at once.
      return and(hasReturned(condition.alarm) ? t('devicesPage.state.had', { what }) : what);
    }
    case 'clock':
      return and(clockWord(device, words));
    case 'suspect':
    case 'battery':
    case 'unbound':
      return and(t(`devicesPage.state.${condition.kind}`));
    case 'asleep':
      return t('devicesPage.state.asleep');
    default:
      return presence;
  }
}

/** The second line: why, since when, or what becomes of the readings. Empty where there is nothing to say. */
export function whyText(row: DeviceRow, state: SiteState, at: Moment, words: Words): string {
  const { t, local, duration } = words;
  const { device, condition } = row;
  const moment = (when: number) => momentTime(when, at);
  if (device.presence === 'offline') return offlineWhy(device, state, at, words);
  if (device.clockWrong) return t('devicesPage.why.clock');
  switch (condition.kind) {
    case 'alarm': {
      const { alarm } = condition;
      return t('devicesPage.why.alarm', {
        duration: duration(standingFor(alarm, at.now)),
        state: stateInSentence(alarm, words),
      });
    }
    case 'suspect': {
      const name = state.points.get(condition.point)?.name;
      const point = name === undefined ? condition.point : local(name);
      const { reason } = condition.value;
      return reason === null
        ? t('devicesPage.why.suspectOnly', { point })
        : t('devicesPage.why.suspect', { point, reason: t(`reason.${reason}`) });
    }
    case 'battery':
      return t('devicesPage.why.battery');
    case 'unbound':
      return device.points.length === 0
        ? t('devicesPage.why.unboundAll')
        : t('devicesPage.why.unboundSome', { n: device.unbound.length }, device.unbound.length);
    case 'awaited':
      return t('devicesPage.why.awaited');
    default:
      return device.since === null ? '' : t('since', { moment: moment(device.since) });
  }
}

function offlineWhy(device: DeviceView, state: SiteState, at: Moment, { t }: Words): string {
  if (device.since === null) return '';
  const moment = momentTime(device.since, at);
  const silent = device.points.filter((id) => {
    const point = state.points.get(id);
    return point?.unknownSince != null || point?.values.some((value) => value.state === 'unknown') === true;
  }).length;
  return silent === 0
    ? t('devicesPage.why.offline', { moment })
    : t('devicesPage.why.offlinePoints', { moment, n: silent }, silent);
}

function clockWord({ clockOffset }: DeviceView, { t }: { t: Translate }): string {
  if (clockOffset === null || clockOffset === 0) return t('devicesPage.state.clockWrong');
  return t(clockOffset > 0 ? 'devicesPage.state.clockAhead' : 'devicesPage.state.clockBehind');
}

/** `+0.4 秒`, `−8 分 12 秒`; ahead is positive. */
export function offsetText(ms: number, { t, language }: Words): string {
  const { unit, ...parts } = offsetParts(ms);
  const sign = ms > 0 ? '+' : '−';
  if (!('seconds' in parts)) return `${sign}${t(`devicesPage.offset.${unit}`, parts)}`;
  const n = formatNumber(parts.seconds, { language: language.value, decimals: 1 });
  return `${parts.seconds === 0 ? '' : sign}${t('devicesPage.offset.seconds', { n })}`;
}

function inSentence(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
