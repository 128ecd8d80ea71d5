import type { QuarantineGroup, QuarantineItem } from '../../../contract/devices.ts';
import type { Language } from '../format/language.ts';
import { clockTime, localDate } from '../format/time.ts';
import { quarantine } from '../i18n/zh/quarantine.ts';
import { visible } from '../words/visible.ts';
import { type Fault, hexByte } from './bytes.ts';

type Code = keyof typeof quarantine.code & keyof typeof quarantine.remedy;
/** Texts of the catalogue, in the page's language or the one asked for. */
export type Texts = (key: string, named?: Record<string, unknown>) => string;

function isKnown(code: string): code is Code {
  return Object.hasOwn(quarantine.code, code) && Object.hasOwn(quarantine.remedy, code);
}

/** The reason in words; the code itself where this page does not know it. */
export function codeText(code: string, t: Texts): string {
  return isKnown(code) ? t(`quarantinePage.code.${code}`) : visible(code);
}

export type ScopeKind = 'message' | 'part' | 'none';

export function scopeKind({ scope, contentKept }: QuarantineGroup): ScopeKind {
  return contentKept ? scope : 'none';
}

/** `bath-w-gw1/readings`: site and version are the same in every row. */
export function shortTopic(topic: string): string {
  return visible(/^fw\/v1\/[^/]+\/(.+)$/.exec(topic)?.[1] ?? topic);
}

export function groupKey({ device, code, topic }: Pick<QuarantineGroup, 'device' | 'code' | 'topic'>): string {
  return `${device} ${code} ${topic}`;
}

/** Bytes that are quoted to the maker, at most. */
const QUOTED = 16;

export function quotedBytes(bytes: Uint8Array, { start, end }: Fault): string {
  const shown = [...bytes.subarray(start, Math.min(end, start + QUOTED))].map(hexByte).join(' ');
  return end - start > QUOTED ? `${shown} …` : shown;
}

interface MakerText {
  readonly group: QuarantineGroup;
  readonly item: QuarantineItem | undefined;
  readonly bytes: Uint8Array | null;
  readonly fault: Fault | null;
  readonly zone: string;
  readonly language: Language;
  readonly t: Texts;
}

/** What to write to the sensor's maker: plain text, complete in itself, without a word of a person. */
export function makerText({ group, item, bytes, fault, zone, language, t }: MakerText): string {
  const { device, topic, code, count, firstAt, lastAt } = group;
  const moment = (at: number) => `${localDate(at, zone)} ${clockTime(at, zone)}`;
  const say = (key: keyof typeof quarantine.maker, named: Record<string, unknown>) =>
    t(`quarantinePage.maker.${key}`, named);
  const named = {
    device,
    topic: visible(topic),
    title: lowered(codeText(code, t), language),
    n: count,
    first: moment(firstAt),
    last: moment(lastAt),
  };
  const remedy = t(`quarantinePage.remedy.${isKnown(code) ? code : 'other'}`);
  return [
    say(count === 1 ? 'headOne' : 'head', named),
    ...(item === undefined || item.path === '$' ? [] : [say('place', { path: visible(item.path) })]),
    ...(bytes === null || fault === null
      ? []
      : [say('offset', { offset: fault.start, bytes: quotedBytes(bytes, fault) })]),
    ...(item === undefined ? [] : [say('reason', { detail: visible(item.detail).replace(/[.?!]+$/, '') })]),
    say('ask', { remedy }),
  ].join(language === 'en' ? ' ' : '');
}

function lowered(text: string, language: Language): string {
  return language === 'en' && /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
