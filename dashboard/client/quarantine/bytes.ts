import { escaped, isHidden } from '../words/visible.ts';

/** `first`: where the fault begins; `rest`: what else belongs to it. */
export type Mark = 'first' | 'rest' | null;

export interface Run {
  readonly text: string;
  readonly mark: Mark;
  /** Written out, because it cannot be shown as it is. */
  readonly escaped: boolean;
}

export interface HexRow {
  readonly offset: number;
  readonly hex: readonly Run[];
  readonly characters: readonly Run[];
  readonly faulty: boolean;
}

/** Bytes of a fault: from `start` up to, not including, `end`. */
export interface Fault {
  readonly start: number;
  readonly end: number;
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isWordByte = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  '+-._'.includes(String.fromCharCode(byte));

/**
 * What the fault at an offset covers: the bytes beyond ASCII from there, the JSON text or word that begins there, else
 * one byte. Null when the offset lies outside of what was kept.
 */
export function faultAt(bytes: Uint8Array, offset: number | null): Fault | null {
  const first = offset === null ? undefined : bytes[offset];
  if (offset === null || first === undefined) return null;
  if (first === QUOTE) return { start: offset, end: endOfText(bytes, offset) };
  const belongs = first >= 0x80 ? (byte: number) => byte >= 0x80 : isWordByte;
  let end = offset + 1;
  while (isWordByte(first) || first >= 0x80 ? belongs(bytes[end] ?? 0) : false) end += 1;
  return { start: offset, end };
}

function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return bytes.length;
}

export function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

const printed = (byte: number) => (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : '·');

function markOf(at: number, fault: Fault | null): Mark {
  if (fault === null || at < fault.start || at >= fault.end) return null;
  return at === fault.start ? 'first' : 'rest';
}

/** Rows of `width` bytes; neighbours of one mark are one run. */
export function hexRows(bytes: Uint8Array, { fault, width }: { fault: Fault | null; width: number }): HexRow[] {
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, index) => {
    const offset = index * width;
    const cells = [...bytes.subarray(offset, offset + width)].map((byte, place) => ({
      hex: hexByte(byte),
      character: printed(byte),
      mark: markOf(offset + place, fault),
    }));
    return {
      offset,
      hex: joined(
        cells.map(({ hex, mark }) => ({ text: hex, mark, escaped: false })),
        ' ',
      ),
      characters: joined(
        cells.map(({ character, mark }) => ({ text: character, mark, escaped: false })),
        '',
      ),
      faulty: cells.some(({ mark }) => mark !== null),
    };
  });
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that the character at an offset takes in UTF-8, going by its first byte. */
function characterLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function characterAt(bytes: Uint8Array, at: number): string | undefined {
  const length = characterLength(bytes[at] ?? 0);
  if (length === 0 || at + length > bytes.length) return undefined;
  try {
    return strict.decode(bytes.subarray(at, at + length));
  } catch {
    return undefined;
  }
}

/** The payload as text: what is no UTF-8 as `\xC4`, what cannot be seen as `\u{202E}`, in the order of the bytes. */
export function escapedRuns(bytes: Uint8Array, fault: Fault | null): Run[] {
  const runs: Run[] = [];
  // In another encoding some bytes look like UTF-8 by chance.
  const foreign = fault !== null && characterAt(bytes, fault.start) === undefined;
  for (let at = 0; at < bytes.length;) {
    const mark = markOf(at, fault);
    const character = foreign && mark !== null ? undefined : characterAt(bytes, at);
    if (character === undefined) runs.push({ text: `\\x${hexByte(bytes[at] ?? 0)}`, mark, escaped: true });
    else runs.push({ text: isHidden(character) ? escaped(character) : character, mark, escaped: isHidden(character) });
    at += character === undefined ? 1 : characterLength(bytes[at] ?? 0);
  }
  return joined(runs, '');
}

function joined(runs: readonly Run[], between: string): Run[] {
  const all: Run[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    if (last?.mark === run.mark && last.escaped === run.escaped) {
      all[all.length - 1] = { ...run, text: last.text + between + run.text };
    } else all.push(run);
  }
  return all;
}

/** What the bytes say when they are read as GBK, if that gives nothing but Chinese characters. */
export function readAsGbk(bytes: Uint8Array): string | null {
  if (bytes.length < 2) return null;
  try {
    const text = new TextDecoder('gbk', { fatal: true }).decode(bytes);
    return /^\p{Script=Han}+$/u.test(text) ? text : null;
  } catch {
    return null;
  }
}
