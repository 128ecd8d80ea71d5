import type { AlarmView } from '../../../contract/alarm.ts';
import { momentTime } from '../format/time.ts';
import { hasReturned } from '../alarms/order.ts';
import type { Words } from './use-words.ts';

export interface Moment {
  readonly now: number;
  readonly zone: string;
}

/** `男浴大池 水温低`, `Men’s main pool: Water too cold` */
export function alarmName(alarm: AlarmView, words: Words): string {
  return `${alarmPlace(alarm, words)} ${words.local(alarm.title)}`;
}

/** The place as it stands before the title: English needs a colon between them. */
export function alarmPlace(alarm: AlarmView, { t, local }: Words): string {
  return t('alarm.at', { place: local(alarm.place) });
}

/** `低于 40.0 ℃`; null for an alarm that has no limit. Past tense once it returned. */
export function limitText(alarm: AlarmView, { t, measuredText }: Words): string | null {
  if (alarm.limit === null || alarm.metric === null || alarm.side === null) return null;
  const limit = measuredText(alarm.limit, alarm.metric);
  const what = t(alarm.side === 'low' ? 'value.below' : 'value.above', { limit });
  return hasReturned(alarm) ? t('value.was', { what: lowered(what) }) : what;
}

/** How long its condition stood, or has been standing. */
export function standingFor(alarm: AlarmView, now: number): number {
  return (alarm.returnedAt ?? now) - alarm.raisedAt;
}

/** Who acknowledged it and when, when it returned, or that it waits: the second line of its state. */
export function stateDetail(alarm: AlarmView, { t }: Words, { now, zone }: Moment): string {
  if (alarm.state === 'acknowledged' && alarm.acknowledged !== null) {
    const { post, at } = alarm.acknowledged;
    return t('alarm.acknowledgedAt', { post, moment: momentTime(at, { now, zone }) });
  }
  if (alarm.returnedAt !== null) return t('alarm.returnedAt', { moment: momentTime(alarm.returnedAt, { now, zone }) });
  return '';
}

/** State in words: 未确认, or who acknowledged it. */
export function stateText(alarm: AlarmView, { t }: Words): string {
  if (alarm.state === 'acknowledged' && alarm.acknowledged !== null) {
    return t('alarm.acknowledgedBy', { post: alarm.acknowledged.post });
  }
  return t(`alarm.state.${alarm.state}`);
}

/** The same within a sentence: English goes on in lower case. */
export function stateInSentence(alarm: AlarmView, words: Words): string {
  const text = stateText(alarm, words);
  return alarm.state === 'acknowledged' ? text : lowered(text);
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
