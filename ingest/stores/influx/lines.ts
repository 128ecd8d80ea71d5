import type { SeriesId } from '../../../contract/reading.ts';
import { CLAIMED, MARKS, RECEIVED, ROW, SERIES, TIME, VALUE, type PackedReadings } from '../packed.ts';
import { CLAIMED as CLAIMED_FIELD, DELAY, QUALITY, qualityField } from './fields.ts';
import { floatValue, key, measurement } from './escape.ts';
import type { SeriesLabel } from './protocol.ts';
import type { RejectedReading } from './types.ts';

/** The measurement of what was measured at points, and that of what no point is bound to. */
export const OF_POINTS = 'readings';
export const OF_DEVICES = 'device_readings';

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
  readonly fields: string;
}

/** How a series is written: everything of its lines that is the same each time. */
interface Style {
  /** Measurement and tags. */
  readonly tags: string;
  readonly measurement: string;
  readonly metric: string;
  readonly value: string;
  readonly quality: string;
  readonly delay: string;
  readonly claimed: string;
}

/** ms epoch: what fits into a nanosecond time of 64 bits. */
const FIRST_TIME = -9_223_372_036_854;
const LAST_TIME = 9_223_372_036_854;

export interface Lines {
  readonly lines: Line[];
  /** What has no line, and why. */
  readonly rejected: RejectedReading[];
}

/** Writes readings as lines. Keeps what each series is called until it is told anew. */
export interface LineWriter {
  learn(labels: readonly SeriesLabel[]): void;
  /** In the order given; consecutive readings of one point and time share a line. */
  lines(packed: PackedReadings): Lines;
}

export function lineWriter(): LineWriter {
  const styles = new Map<SeriesId, Style | string>();
  return {
    learn(labels) {
      for (const label of labels) styles.set(label.series, styleOrWhyNot(label));
    },
    lines(packed) {
      const lines: Line[] = [];
      const rejected: RejectedReading[] = [];
      let parts: Part[] = [];
      let open: Style | undefined;
      let time = 0;
      const finish = () => {
        if (open !== undefined) lines.push(lineOf(parts, time, open.measurement));
        parts = [];
        open = undefined;
      };
      for (let at = 0; at < packed.length; at += ROW) {
        const series = packed[at + SERIES] ?? 0;
        const t = packed[at + TIME] ?? 0;
        const value = packed[at + VALUE] ?? 0;
        const style = styles.get(series) ?? 'The series has no name.';
        const why = typeof style === 'string' ? style : whyNot(t, value);
        if (typeof style === 'string' || why !== undefined) {
          rejected.push({ series, t, value, why: why ?? '' });
          continue;
        }
        const fits = open !== undefined && t === time && style.tags === open.tags;
        if (!fits || parts.some((part) => part.metric === style.metric)) finish();
        open = style;
        time = t;
        parts.push({ series, value, metric: style.metric, tags: style.tags, fields: fieldsOf(packed, at, style) });
      }
      finish();
      return { lines, rejected };
    },
  };
}

/** The line of readings of one point (or device) and time. */
export function lineOf(parts: readonly Part[], t: number, name: string): Line {
  const [first] = parts;
  const fields = parts.length === 1 ? (first?.fields ?? '') : parts.map((part) => part.fields).join(',');
  return { text: `${first?.tags ?? ''} ${fields} ${t}`, t, measurement: name, parts };
}

function fieldsOf(packed: PackedReadings, at: number, style: Style): string {
  const claimed = packed[at + CLAIMED] ?? NaN;
  const claims = !Number.isNaN(claimed);
  const delay = (packed[at + RECEIVED] ?? 0) - (packed[at + TIME] ?? 0);
  return (
    `${style.value}${floatValue(packed[at + VALUE] ?? 0)}` +
    `${style.quality}${qualityField(packed[at + MARKS] ?? 0, claims)}` +
    `${style.delay}${floatValue(delay)}` +
    (claims ? `${style.claimed}${floatValue(claimed)}` : '')
  );
}

function whyNot(t: number, value: number): string | undefined {
  if (!Number.isFinite(value)) return `InfluxDB keeps no ${value}.`;
  if (Number.isInteger(t) && t >= FIRST_TIME && t <= LAST_TIME) return undefined;
  return `InfluxDB keeps no time of ${t} ms.`;
}

function styleOrWhyNot(label: SeriesLabel): Style | string {
  try {
    return styleOf(label);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * A channel of a device's own series is a tag: as part of a field's name, `outlet_quality` could be a channel's value
 * or the quality of the channel `outlet`.
 */
export function placeOf({ site, owner, metric, area }: SeriesLabel): {
  readonly measurement: string;
  readonly field: string;
  /** Tags that the series has always had, in the order of their keys. */
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly area: string | null;
} {
  if (owner.kind === 'point') {
    const tags = [
      ['point', owner.id],
      ['site', site],
    ] as const;
    return { measurement: OF_POINTS, field: metric, tags, area };
  }
  const dot = metric.indexOf('.');
  const tags = [
    ['channel', dot < 0 ? '' : metric.slice(dot + 1)],
    ['device', owner.id],
    ['site', site],
  ] as const;
  return { measurement: OF_DEVICES, field: dot < 0 ? metric : metric.slice(0, dot), tags, area: null };
}

const MAY_LACK: ReadonlySet<string> = new Set(['area', 'channel']);

function styleOf(label: SeriesLabel): Style {
  const { measurement: name, field, tags, area } = placeOf(label);
  // The server strips it without a word.
  if (field === 'time') throw new RangeError('InfluxDB has no way to write a field called "time"');
  const metric = key(field);
  // No area and no channel are no tag; a point without a name is none that can be written.
  const all = [['area', area ?? ''] as const, ...tags].filter(([tag, value]) => value !== '' || !MAY_LACK.has(tag));
  return {
    tags: measurement(name) + all.map(([tag, value]) => `,${key(tag)}=${key(value)}`).join(''),
    measurement: name,
    metric,
    value: `${metric}=`,
    quality: `,${metric}${QUALITY}=`,
    delay: `,${metric}${DELAY}=`,
    claimed: `,${metric}${CLAIMED_FIELD}=`,
  };
}
