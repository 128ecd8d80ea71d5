import type { SeriesId } from '../../../contract/reading.ts';
import { CLAIMED, MARKS, RECEIVED, ROW, SERIES, TIME, VALUE, type PackedReadings } from '../packed.ts';
import { writeFloat, writeText, writeWhole } from './digits.ts';
import { CLAIMED as CLAIMED_FIELD, DELAY, ON_TIME, QUALITY, qualityField } from './fields.ts';
import { floatValue } from './escape.ts';
import type { SeriesLabel } from './protocol.ts';
import { createStyles, type Style } from './style.ts';
import type { RejectedReading } from './types.ts';

/** One line of line protocol, without its end, and what it carries. */
export interface Line {
  readonly text: string;
  /** ms epoch. */
  readonly t: number;
  readonly measurement: string;
  /** The readings in it; empty: a record beside the readings. */
  readonly parts: readonly Part[];
}

/** One reading within a line. */
export interface Part {
  readonly series: SeriesId;
  readonly value: number;
  /** As it stands in the line, without quality and the rest. */
  readonly metric: string;
  readonly tags: string;
  /** All of its fields, whatever the line left out. */
  readonly fields: string;
}

/** ms epoch: what fits into a nanosecond time of 64 bits. */
const FIRST_TIME = -9_223_372_036_854;
const LAST_TIME = 9_223_372_036_854;

/** What one request carries. */
export interface Batch {
  /** UTF-8, or the same as text; empty: nothing to send. */
  readonly body: Uint8Array | string;
  /** Readings or records in it. */
  readonly size: number;
  readonly lineCount: number;
  /** Its lines one by one: only needed when the server has something against it. */
  lines(): readonly Line[];
}

export interface Written extends Batch {
  /** What has no line, and why. */
  readonly rejected: RejectedReading[];
  /** Readings that are older than the server keeps, and left out. */
  readonly tooOld: number;
}

export interface WriteOptions {
  /** ms epoch: what is older is left out. */
  readonly oldest: number;
  /**
   * Quality and delay are left out where they are what a reading without them has, of times after this one (ms epoch)
   * and after all that was written of the series: else what stood there before would go on standing. Infinity: never.
   */
  readonly bareAfter: number;
}

/** Writes readings as lines. Keeps what each series is called until it is told anew. */
export interface LineWriter {
  learn(labels: readonly SeriesLabel[]): void;
  /** In the order given; consecutive readings of one point and time share a line. */
  write(packed: PackedReadings, options: WriteOptions): Written;
}

/** What became of a row. */
const LEFT_OUT = 0;
const BEGINS = 1;
const GOES_ON = 2;

/**
 * Readings come as rows and leave as bytes: a string for each field, and an object for each reading, would cost more than
 * all the rest of forwarding.
 */
export function lineWriter(): LineWriter {
  const styles = createStyles();
  let out = new Uint8Array(1 << 16);

  function room(from: number, bytes: number): void {
    if (from + bytes <= out.length) return;
    const larger = new Uint8Array(2 * (from + bytes));
    larger.set(out.subarray(0, from));
    out = larger;
  }

  return {
    learn: (labels) => styles.learn(labels),
    write(packed, { oldest, bareAfter }) {
      const rejected: RejectedReading[] = [];
      const fates = new Uint8Array(packed.length / ROW);
      let [tooOld, size, lineCount, end] = [0, 0, 0, 0];
      /** Of the line that is open. */
      let [place, time] = [-1, 0];
      let metrics: string[] = [];

      for (let at = 0, row = 0; at < packed.length; at += ROW, row += 1) {
        const series = packed[at + SERIES] ?? 0;
        const t = packed[at + TIME] ?? 0;
        const value = packed[at + VALUE] ?? 0;
        const style = styles.of(series);
        if (typeof style === 'string' || !isSayable(t, value)) {
          rejected.push({ series, t, value, why: typeof style === 'string' ? style : whyNot(t, value) });
          continue;
        }
        if (t < oldest) {
          tooOld += 1;
          continue;
        }
        room(end, style.most);
        if (style.place === place && t === time && !metrics.includes(style.metric)) {
          fates[row] = GOES_ON;
          metrics.push(style.metric);
          end = writeBytes(out, end, style.next);
        } else {
          if (place !== -1) end = writeEnd(out, end, time);
          fates[row] = BEGINS;
          lineCount += 1;
          [place, time, metrics] = [style.place, t, [style.metric]];
          end = writeBytes(out, end, style.first);
        }
        end = writeFields(out, end, packed, at, { style, value, bare: t > bareAfter && t > style.newest });
        if (t > style.newest) style.newest = t;
        size += 1;
      }
      if (place !== -1) end = writeEnd(out, end, time) - 1;
      // Bytes, outside of the heap: as text each batch would be a reason to collect garbage.
      const body = out.slice(0, end);
      return { body, size, lineCount, rejected, tooOld, lines: () => linesOf(body, packed, fates) };
    },
  };

  function linesOf(body: Uint8Array, packed: PackedReadings, fates: Uint8Array): Line[] {
    const texts = body.length === 0 ? [] : Buffer.from(body).toString().split('\n');
    const lines: (Line & { readonly parts: Part[] })[] = [];
    for (let row = 0; row < fates.length; row += 1) {
      const at = row * ROW;
      const series = packed[at + SERIES] ?? 0;
      const style = styles.of(series);
      if (fates[row] === LEFT_OUT || typeof style === 'string') continue;
      const t = packed[at + TIME] ?? 0;
      if (fates[row] === BEGINS)
        lines.push({ text: texts[lines.length] ?? '', t, measurement: style.measurement, parts: [] });
      const { tags, metric } = style;
      const value = packed[at + VALUE] ?? 0;
      lines.at(-1)?.parts.push({ series, value, metric, tags, fields: fieldsOf(packed, at, style) });
    }
    return lines;
  }
}

/** Lines that are there already, as one request. */
export function batchOf(lines: readonly Line[]): Batch {
  const body = lines.map(({ text }) => text).join('\n');
  return { body, size: sizeOf(lines), lineCount: lines.length, lines: () => lines };
}

/** Readings, or records, in lines. */
export function sizeOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { parts }) => sum + Math.max(1, parts.length), 0);
}

/** The line of readings of one point (or device) and time. */
export function lineOf(parts: readonly Part[], t: number, name: string): Line {
  const [first] = parts;
  const fields = parts.map((part) => part.fields).join(',');
  return { text: `${first?.tags ?? ''} ${fields} ${t}`, t, measurement: name, parts };
}

function writeFields(
  out: Uint8Array,
  from: number,
  packed: PackedReadings,
  at: number,
  { style, value, bare }: { readonly style: Style; readonly value: number; readonly bare: boolean },
): number {
  const marks = packed[at + MARKS] ?? 0;
  const claimed = packed[at + CLAIMED] ?? NaN;
  const delay = (packed[at + RECEIVED] ?? 0) - (packed[at + TIME] ?? 0);
  const claims = !Number.isNaN(claimed);
  let end = writeFloat(out, from, value);
  if (!bare || marks !== 0 || claims)
    end = writeFloat(out, writeBytes(out, end, style.quality), qualityField(marks, claims));
  if (!bare || delay < 0 || delay > ON_TIME) end = writeFloat(out, writeBytes(out, end, style.delay), delay);
  if (claims) end = writeFloat(out, writeBytes(out, end, style.claimed), claimed);
  return end;
}

/** The time, and the end of the line. */
function writeEnd(out: Uint8Array, from: number, t: number): number {
  out[from] = 0x20;
  const end = t >= 0 ? writeWhole(out, from + 1, t) : writeText(out, from + 1, String(t));
  out[end] = 0x0a;
  return end + 1;
}

function writeBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  out.set(bytes, at);
  return at + bytes.length;
}

function fieldsOf(packed: PackedReadings, at: number, { metric }: Style): string {
  const claimed = packed[at + CLAIMED] ?? NaN;
  const claims = !Number.isNaN(claimed);
  const delay = (packed[at + RECEIVED] ?? 0) - (packed[at + TIME] ?? 0);
  return (
    `${metric}=${floatValue(packed[at + VALUE] ?? 0)}` +
    `,${metric}${QUALITY}=${qualityField(packed[at + MARKS] ?? 0, claims)}` +
    `,${metric}${DELAY}=${floatValue(delay)}` +
    (claims ? `,${metric}${CLAIMED_FIELD}=${floatValue(claimed)}` : '')
  );
}

function isSayable(t: number, value: number): boolean {
  return Number.isFinite(value) && Number.isInteger(t) && t >= FIRST_TIME && t <= LAST_TIME;
}

function whyNot(t: number, value: number): string {
  return Number.isFinite(value) ? `InfluxDB keeps no time of ${t} ms.` : `InfluxDB keeps no ${value}.`;
}
