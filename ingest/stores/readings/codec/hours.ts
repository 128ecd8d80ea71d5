import type { SQLOutputValue } from 'node:sqlite';
import { bitReader, bitWriter, type BitReader, type BitWriter } from './bits.ts';
import { readDoubles, writeDoubles } from './doubles.ts';
import { BODY_AT, bodyOf, seal } from './head.ts';
import { readIntegers, writeIntegers } from './integers.ts';
import { BlockUnreadable } from './unreadable.ts';

/**
 * What an hour held: the hour (since 1970), count, min, max, mean, last, good, suspect and bad (ms), and its standards as
 * text. Whole numbers but for min, max, mean and last, which may be null, as the text may.
 */
export type HourRow = readonly SQLOutputValue[];

/*
 * Hours of one UTC day, behind the same head as a block:
 *
 *   how many  number
 *   columns   hour of the day; count; good; suspect; bad
 *   for each of min, max, mean and last: which have one; those
 *   texts     how many kinds there are, a text being of the kind that it is without its numbers; each kind, and for each
 *             place of a number in it the numbers; for each hour its kind, 0: it has no text
 */
const WHOLE = [1, 6, 7, 8];
const DOUBLES = [2, 3, 4, 5];
const STANDARDS = 9;
export const HOURS = 24;
/** Of each hour: all but its text. */
export const FIGURES = 9;

/** In a kind, stands for a number: JSON never holds it. */
const GAP = '\0';
/** Whole numbers as JSON writes them, with what is around them in a list. */
const NUMBER = /(?<=,)(?:0|[1-9]\d{0,14})(?=[,\]])/g;

/** Rows ascend, and are of one UTC day. */
export function encodeHours(day: number, rows: readonly HourRow[]): Uint8Array<ArrayBuffer> {
  const out = bitWriter(BODY_AT);
  out.number(rows.length);
  writeIntegers(
    out,
    numbers(rows, 0).map((hour) => hour - day * HOURS),
  );
  for (const which of WHOLE) writeIntegers(out, numbers(rows, which));
  for (const which of DOUBLES) {
    const those = rows.filter((row) => typeof row[which] === 'number');
    writeIntegers(
      out,
      Float64Array.from(rows, (row) => (typeof row[which] === 'number' ? 1 : 0)),
    );
    writeDoubles(out, numbers(those, which));
  }
  writeTexts(
    out,
    rows.map((row) => row[STANDARDS]),
  );
  return seal(out.finish());
}

/** With their texts. @throws BlockUnreadable, and nothing else */
export function decodeHours(day: number, bytes: Uint8Array): HourRow[] {
  return opened(bytes, (source) => {
    const figures = readFigures(source, day);
    const texts = readTexts(source, figures.length / FIGURES);
    return texts.map((text, at) => {
      const row: SQLOutputValue[] = [];
      for (let which = 0; which < FIGURES; which += 1) {
        const value = figures[at * FIGURES + which] ?? NaN;
        row.push(Number.isNaN(value) ? null : value);
      }
      row.push(text);
      return row;
    });
  });
}

/** Their figures alone, `FIGURES` doubles an hour, NaN for null: a chart of a year has 8,760. @throws the same */
export function decodeFigures(day: number, bytes: Uint8Array): Float64Array {
  return opened(bytes, (source) => readFigures(source, day));
}

function opened<T>(bytes: Uint8Array, read: (source: BitReader) => T): T {
  const body = bodyOf(bytes);
  if (body.former) throw new BlockUnreadable('Hours were never written as blocks of these versions.');
  try {
    return read(bitReader(body.bytes));
  } catch (error) {
    if (error instanceof BlockUnreadable) throw error;
    throw new BlockUnreadable('The hours of a day are spoilt.', { cause: error });
  }
}

function readFigures(source: BitReader, day: number): Float64Array {
  const count = source.number();
  if (count > HOURS) throw new BlockUnreadable('A day claims more hours than it has.');
  const figures = new Float64Array(count * FIGURES);
  const hours = readIntegers(source, count);
  for (let at = 0; at < count; at += 1) figures[at * FIGURES] = day * HOURS + (hours[at] ?? 0);
  for (const which of WHOLE) {
    const values = readIntegers(source, count);
    for (let at = 0; at < count; at += 1) figures[at * FIGURES + which] = values[at] ?? 0;
  }
  for (const which of DOUBLES) {
    const has = readIntegers(source, count);
    let there = 0;
    for (let at = 0; at < count; at += 1) if (has[at] === 1) there += 1;
    const values = readDoubles(source, there);
    let next = 0;
    for (let at = 0; at < count; at += 1) figures[at * FIGURES + which] = has[at] === 1 ? (values[next++] ?? NaN) : NaN;
  }
  return figures;
}

function numbers(rows: readonly HourRow[], which: number): Float64Array {
  return Float64Array.from(rows, (row) => Number(row[which]));
}

function writeTexts(out: BitWriter, texts: readonly (SQLOutputValue | undefined)[]): void {
  const kinds = new Map<string, { readonly number: number; readonly rows: number[][] }>();
  const which = texts.map((text) => {
    if (typeof text !== 'string') return 0;
    const kind = text.replace(NUMBER, GAP);
    const known = kinds.get(kind) ?? { number: kinds.size + 1, rows: [] };
    kinds.set(kind, known);
    known.rows.push((text.match(NUMBER) ?? []).map(Number));
    return known.number;
  });
  out.number(kinds.size);
  for (const [kind, { rows }] of kinds) {
    const bytes = Buffer.from(kind);
    out.number(bytes.length);
    for (const byte of bytes) out.bits(byte, 8);
    out.number(rows.length);
    (rows[0] ?? []).forEach((_, place) =>
      writeIntegers(
        out,
        Float64Array.from(rows, (row) => row[place] ?? 0),
      ),
    );
  }
  writeIntegers(out, Float64Array.from(which));
}

function readTexts(source: BitReader, count: number): (string | null)[] {
  const kinds = Array.from({ length: atMost(source.number(), HOURS) }, () => {
    const bytes = Buffer.alloc(atMost(source.number(), 1_000_000));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = source.bits(8);
    const pieces = bytes.toString().split(GAP);
    const rows = atMost(source.number(), HOURS);
    const columns = pieces.slice(1).map(() => readIntegers(source, rows));
    let next = 0;
    return () => {
      const at = next++;
      return pieces.map((piece, place) => `${piece}${columns[place]?.[at] ?? ''}`).join('');
    };
  });
  const which = readIntegers(source, count);
  source.end();
  return Array.from(which, (kind) => (kind === 0 ? null : (kinds[kind - 1]?.() ?? null)));
}

function atMost(count: number, most: number): number {
  if (count > most) throw new BlockUnreadable('The hours of a day claim more than they can hold.');
  return count;
}
