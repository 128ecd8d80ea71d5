import type { Item, Message } from './types.ts';
import { messageWords, momentText, plain, SYMBOLS, type MessageWords } from './words.ts';

/** Alarms that one message names; people read the rest on the screen. */
const DIGEST_LINES = 40;
/** A message about something so long ago (ms) says for how long it has stood. */
const WORTH_SAYING = 60_000;

/** A message as people read it, in at most so many bytes of UTF-8. */
export function messageText(message: Message, limit: number): string {
  const words = messageWords(message.channel.language);
  if (message.recovered !== null) return fit(recoveredLines(message, words), limit);
  const [only] = message.items;
  if (only !== undefined && message.items.length === 1) return fit(alarmLines(only, message, words), limit);
  return digest(message, words, limit);
}

interface Line {
  readonly text: string;
  /** What is dearest goes last when it does not all fit. */
  readonly worth: number;
}

function alarmLines(item: Item, message: Message, words: MessageWords): Line[] {
  const { alarm } = item;
  const course = courseOf(item);
  const when = { now: message.at, zone: item.zone };
  const step = alarm.response.steps[0];
  const lines: (Line | null)[] = [
    { text: headline(item, message, words), worth: 9 },
    valueLine(item, message, words),
    // What somebody typed into a note may name people: it stays on the screens. So does who it was.
    course.acknowledged ? { text: acknowledgedText(item, words, when), worth: 6 } : null,
    course.standing && !course.onlyAcknowledged && step !== undefined
      ? { text: words.first(words.local(step)), worth: 3 }
      : null,
    { text: `${pathText(item, words)}${words.gap}${timeText(item, words, when)}`, worth: 5 },
    item.beginningLost && !course.hasBeginning ? { text: words.beginningLost, worth: 4 } : null,
    message.standsInFor === null ? null : { text: words.standsInFor(plain(message.standsInFor)), worth: 2 },
    linkLine(message, item),
  ];
  return lines.filter((line) => line !== null);
}

function headline(item: Item, message: Message, words: MessageWords): string {
  const marks = [
    message.test ? words.test : '',
    message.repeat ? words.repeat : '',
    courseOf(item).again ? words.again : '',
    item.alarm.late ? words.late : '',
    item.alarm.unknown ? words.unknown : '',
  ].filter((mark) => mark !== '');
  const { alarm } = item;
  const name = words.name(words.local(alarm.place), words.local(alarm.title));
  return [`${SYMBOLS[alarm.priority]} ${stateWord(item, words)}`, ...marks, name].join(words.gap);
}

function stateWord(item: Item, words: MessageWords): string {
  const course = courseOf(item);
  if (!course.standing) return words.returned;
  return course.onlyAcknowledged ? words.acknowledged : words.priority[item.alarm.priority];
}

function valueLine({ alarm, happenings }: Item, message: Message, words: MessageWords): Line | null {
  const { standing } = courseOf({ alarm, happenings });
  const stood = standing ? message.at - alarm.raisedAt : endOf({ alarm, happenings }) - alarm.raisedAt;
  const lasting =
    stood < WORTH_SAYING ? '' : standing ? words.standing(words.duration(stood)) : words.lasted(words.duration(stood));
  const { value, worst, metric, limit, side } = alarm;
  const shown = standing ? value : (worst ?? value);
  if (shown === null || metric === null) return lasting === '' ? null : { text: lasting, worth: 7 };
  const measured = words.measured(shown, metric, limit);
  const against = limit === null || side === null ? null : words[side === 'low' ? 'below' : 'above'](limitText(limit));
  const text = words.value(standing ? measured : words.worst(measured), against);
  return { text: [text, lasting].filter((part) => part !== '').join(words.comma), worth: 7 };
}

function limitText(limit: number): string {
  return (Number.isInteger(limit) ? limit.toFixed(1) : String(Number(limit.toFixed(3)))).replace('-', '−');
}

type When = { readonly now: number; readonly zone: string };

function acknowledgedText({ alarm, happenings }: Item, words: MessageWords, when: When): string {
  const at = happenings.findLast(({ what }) => what === 'acknowledged')?.at ?? alarm.raisedAt;
  const post = alarm.acknowledged?.post;
  return post === undefined
    ? `${words.acknowledged} ${momentText(at, when)}`
    : words.by(plain(post), momentText(at, when));
}

function pathText({ site, area }: Item, words: MessageWords): string {
  return area === null ? words.local(site) : `${words.local(site)} / ${words.local(area)}`;
}

function timeText(item: Item, words: MessageWords, when: When): string {
  const from = momentText(item.alarm.raisedAt, when);
  return courseOf(item).standing ? words.since(from) : words.span(from, momentText(endOf(item), when));
}

function endOf({ alarm, happenings }: Pick<Item, 'alarm' | 'happenings'>): number {
  return happenings.findLast(({ what }) => what === 'returned')?.at ?? alarm.returnedAt ?? alarm.raisedAt;
}

function linkLine({ publicUrl, test, channel }: Message, { alarm }: Item): Line | null {
  if (publicUrl === null) return null;
  return { text: alarmUrl(publicUrl, channel.site, test ? null : alarm.id), worth: 8 };
}

export function alarmUrl(publicUrl: string, site: string, alarm: number | null): string {
  return `${publicUrl}/sites/${site}/alarms${alarm === null ? '' : `/${alarm}`}`;
}

/** What the happenings of one message come to. */
function courseOf({ alarm, happenings }: Pick<Item, 'alarm' | 'happenings'>) {
  const has = (what: string) => happenings.some((happening) => happening.what === what);
  const last = happenings.findLast(({ what }) => what !== 'acknowledged');
  return {
    standing: last === undefined ? alarm.returnedAt === null : last.what !== 'returned',
    acknowledged: has('acknowledged'),
    onlyAcknowledged: last === undefined,
    hasBeginning: has('raised'),
    again: !has('raised') && last?.what === 'raised_again',
  };
}

/** Many alarms in one message: the most urgent first, as many as fit, and how many are left. */
function digest(message: Message, words: MessageWords, limit: number): string {
  const { items, standsInFor, publicUrl, channel } = message;
  const [first] = items;
  const count = items.length;
  const marks = [message.test ? words.test : '', message.repeat ? words.repeat : ''].filter((mark) => mark !== '');
  const head = [words.digest(count), ...marks, ...(first === undefined ? [] : [words.local(first.site)])];
  const tail = [
    ...(standsInFor === null ? [] : [words.standsInFor(plain(standsInFor))]),
    ...(publicUrl === null ? [] : [alarmUrl(publicUrl, channel.site, null)]),
  ];
  const lines = items
    .toSorted((a, b) => a.alarm.priority - b.alarm.priority)
    .slice(0, DIGEST_LINES)
    .map((item) => digestLine(item, message, words));
  for (let shown = lines.length; shown > 0; shown -= 1) {
    const more = shown === count ? [] : [words.more(count - shown)];
    const text = [head.join(words.gap), ...lines.slice(0, shown), ...more, ...tail].join('\n');
    if (bytesOf(text) <= limit) return text;
  }
  return cutTo([head.join(words.gap), words.more(count)].join('\n'), limit);
}

function digestLine(item: Item, message: Message, words: MessageWords): string {
  const name = words.name(words.local(item.alarm.place), words.local(item.alarm.title));
  const time = timeText(item, words, { now: message.at, zone: item.zone });
  return `${SYMBOLS[item.alarm.priority]} ${stateWord(item, words)} ${name} ${time}`;
}

function recoveredLines({ recovered, channel, at, repeat }: Message, words: MessageWords): Line[] {
  if (recovered === null) return [];
  const { since, diverted, site, zone } = recovered;
  return [
    { text: [words.recovered, ...(repeat ? [words.repeat] : []), plain(channel.name)].join(words.gap), worth: 9 },
    { text: words.recoveredSince(momentText(since, { now: at, zone }), diverted), worth: 5 },
    // Some robots take only what holds a keyword, and the site's name is in every message.
    { text: words.local(site), worth: 6 },
  ];
}

/** Whole lines go, the cheapest first; what is left of one that is too long ends in "…". */
function fit(lines: readonly Line[], limit: number): string {
  const kept = [...lines];
  const text = () => kept.map((line) => line.text).join('\n');
  while (bytesOf(text()) > limit && kept.length > 1) {
    const cheapest = kept.reduce((one, other) => (other.worth < one.worth ? other : one));
    kept.splice(kept.indexOf(cheapest), 1);
  }
  return cutTo(text(), limit);
}

function cutTo(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text;
  const room = limit - bytesOf('…');
  let used = 0;
  let cut = '';
  for (const sign of text) {
    used += bytesOf(sign);
    if (used > room) break;
    cut += sign;
  }
  return `${cut}…`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
