import type { LocalText } from '../../contract/ids.ts';
import type { Priority } from '../../contract/alarm.ts';
import { metricSpec } from '../../contract/metrics.ts';

export type Language = 'zh-CN' | 'en';

export const SYMBOLS: Readonly<Record<Priority, string>> = { 1: '◆1', 2: '▲2', 3: '■3', 4: '●4' };

const ZH = {
  priority: { 1: '紧急', 2: '重要', 3: '一般', 4: '提示' } as Readonly<Record<Priority, string>>,
  gap: '　',
  name: (place: string, title: string) => `${place} ${title}`,
  test: '测试',
  repeat: '重发',
  again: '又报',
  late: '迟到',
  returned: '已恢复',
  acknowledged: '已确认',
  unknown: '现状未知',
  value: (value: string, limit: string | null) => (limit === null ? value : `${value}，${limit}`),
  below: (limit: string) => `低于 ${limit}`,
  above: (limit: string) => `高于 ${limit}`,
  worst: (value: string) => `最远 ${value}`,
  standing: (duration: string) => `已 ${duration}`,
  lasted: (duration: string) => `持续 ${duration}`,
  first: (step: string) => `先做：${step}`,
  by: (post: string, time: string) => `${post} ${time} 确认`,
  since: (from: string) => `${from} 起`,
  span: (from: string, to: string) => `${from} 至 ${to}`,
  beginningLost: '报警本身没能送到这里',
  standsInFor: (name: string) => `代“${name}”`,
  digest: (count: number) => `${count} 条报警并成一条`,
  more: (count: number) => `另有 ${count} 条，见报警页`,
  recovered: '通道恢复',
  recoveredSince: (time: string, diverted: number) =>
    diverted === 0 ? `${time} 起发不到这里` : `${time} 起发不到这里，${diverted} 条转到了别的通道`,
  comma: '，',
  units: { '°C': '℃', s: '秒' } as Readonly<Record<string, string>>,
  seconds: (n: number) => `${n} 秒`,
  minutes: (n: number) => `${n} 分`,
  hours: (h: number, m: number) => (m === 0 ? `${h} 时` : `${h} 时 ${m} 分`),
  days: (n: number) => `${n} 天`,
};

const EN: typeof ZH = {
  priority: { 1: 'Critical', 2: 'High', 3: 'Medium', 4: 'Low' },
  gap: '  ',
  name: (place, title) => `${place}: ${title}`,
  test: 'Test',
  repeat: 'Repeat',
  again: 'Again',
  late: 'Came late',
  returned: 'Returned',
  acknowledged: 'Acknowledged',
  unknown: 'Not known now',
  value: (value, limit) => (limit === null ? value : `${value}, ${limit}`),
  below: (limit) => `below ${limit}`,
  above: (limit) => `above ${limit}`,
  worst: (value) => `at worst ${value}`,
  standing: (duration) => `for ${duration}`,
  lasted: (duration) => `lasted ${duration}`,
  first: (step) => `First: ${step}`,
  by: (post, time) => `${post} acknowledged at ${time}`,
  since: (from) => `since ${from}`,
  span: (from, to) => `${from} to ${to}`,
  beginningLost: 'The alarm itself could not be delivered here',
  standsInFor: (name) => `For “${name}”`,
  digest: (count) => `${count} alarms in one message`,
  more: (count) => `${count} more: see the alarms page`,
  recovered: 'Channel works again',
  recoveredSince: (time, diverted) =>
    diverted === 0
      ? `Nothing arrived here since ${time}`
      : `Nothing arrived here since ${time}; ${diverted} went to other channels`,
  comma: ', ',
  units: {},
  seconds: (n) => `${n} s`,
  minutes: (n) => `${n} min`,
  hours: (h, m) => (m === 0 ? `${h} h` : `${h} h ${m} min`),
  days: (n) => `${n} d`,
};

export type MessageWords = ReturnType<typeof messageWords>;

/** Texts of messages in one language. */
export function messageWords(language: Language) {
  const words = language === 'en' ? EN : ZH;
  const unit = (printed: string) => words.units[printed] ?? printed;
  return {
    ...words,
    local: (text: LocalText) => plain(language === 'en' ? text.en : text.zh),
    duration(ms: number): string {
      const seconds = Math.max(0, Math.floor(ms / 1_000));
      if (seconds < 60) return words.seconds(seconds);
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return words.minutes(minutes);
      const hours = Math.floor(minutes / 60);
      return hours < 48 ? words.hours(hours, hours < 10 ? minutes % 60 : 0) : words.days(Math.floor(hours / 24));
    },
    /** A value with as many decimals as tell it from its limit, and its unit. */
    measured(value: number, metric: string, limit: number | null): string {
      const spec = metricSpec(metric.split('.', 1)[0] ?? '') ?? { unit: '', decimals: 1, resolution: 0.01 };
      const most = Math.max(spec.decimals, Math.round(-Math.log10(spec.resolution)));
      let decimals = spec.decimals;
      while (
        decimals < most &&
        limit !== null &&
        value !== limit &&
        value.toFixed(decimals) === limit.toFixed(decimals)
      )
        decimals += 1;
      return [value.toFixed(decimals).replace('-', '−'), unit(spec.unit)].join(' ').trim();
    },
  };
}

/** Signs with which some robot makes a link, a mention or a style, and what stands for them. */
const MARKUP: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '@': '＠',
  '*': '＊',
  '`': '｀',
  '\\': '＼',
};

/** What somebody typed, as text and nothing else: one line, no markup of any robot, no address that becomes a link. */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[<>[\]@*`\\]/g, (sign) => MARKUP[sign] ?? sign)
    .replaceAll('://', '：//')
    .trim();
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** `15:42` of the day of `now`, `11-21 15:42` of another, in the site's zone. */
export function momentText(at: number, { now, zone }: { now: number; zone: string }): string {
  const [date, time] = partsOf(at, zone);
  return date === partsOf(now, zone)[0] ? time : `${date.slice(5)} ${time}`;
}

function partsOf(at: number, zone: string): [date: string, time: string] {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    formatters.set(zone, formatter);
  }
  const [date = '', time = ''] = formatter.format(at).split(' ');
  return [date, time];
}
