import type { SeriesId } from '../../../contract/reading.ts';
import { CLAIMED, DELAY, QUALITY } from './fields.ts';
import { key, measurement } from './escape.ts';
import { LONGEST_NUMBER } from './digits.ts';
import type { SeriesLabel } from './protocol.ts';

/** The measurement of what was measured at points, and that of what no point is bound to. */
export const OF_POINTS = 'readings';
export const OF_DEVICES = 'device_readings';

/** How a series is written: all of its lines that is the same each time, escaped once. */
export interface Style {
  /** Measurement and tags. */
  readonly tags: string;
  readonly measurement: string;
  readonly metric: string;
  /** The same number: the same tags, and readings of one time share a line. */
  readonly place: number;
  /** What stands before the value: where a line begins, and where it goes on. */
  readonly first: Uint8Array;
  readonly next: Uint8Array;
  readonly quality: Uint8Array;
  readonly delay: Uint8Array;
  readonly claimed: Uint8Array;
  /** Bytes that a reading takes at most, with its time. */
  readonly most: number;
  /** Newest time that was written, ms epoch. */
  newest: number;
}

/** What each series is called, until it is told anew. */
export interface Styles {
  learn(labels: readonly SeriesLabel[]): void;
  /** Or why it has none that a line could say. */
  of(series: SeriesId): Style | string;
}

export function createStyles(): Styles {
  const known = new Map<SeriesId, Style | string>();
  const places = new Map<string, number>();

  function placeNumber(tags: string): number {
    const number = places.get(tags) ?? places.size;
    places.set(tags, number);
    return number;
  }

  function styleOf(label: SeriesLabel, newest: number): Style {
    const { measurement: name, field, tags: always, area } = placeOf(label);
    // The server strips it without a word.
    if (field === 'time') throw new RangeError('InfluxDB has no way to write a field called "time"');
    const metric = key(field);
    // No area and no channel are no tag; a point without a name is none that can be written.
    const all = [['area', area ?? ''] as const, ...always].filter(([tag, value]) => value !== '' || !MAY_LACK.has(tag));
    const tags = measurement(name) + all.map(([tag, value]) => `,${key(tag)}=${key(value)}`).join('');
    const [first, next] = [Buffer.from(`${tags} ${metric}=`), Buffer.from(`,${metric}=`)];
    const [quality, delay, claimed] = [QUALITY, DELAY, CLAIMED].map((suffix) => Buffer.from(`,${metric}${suffix}=`));
    if (quality === undefined || delay === undefined || claimed === undefined) throw new TypeError('three there are');
    const most = first.length + quality.length + delay.length + claimed.length + 5 * LONGEST_NUMBER;
    const place = placeNumber(tags);
    return { tags, measurement: name, metric, place, first, next, quality, delay, claimed, most, newest };
  }

  return {
    learn(labels) {
      for (const label of labels) {
        const before = known.get(label.series);
        // What stands under its former area counts too.
        const newest = typeof before === 'object' ? before.newest : -Infinity;
        try {
          known.set(label.series, styleOf(label, newest));
        } catch (error) {
          known.set(label.series, error instanceof Error ? error.message : String(error));
        }
      }
    },
    of: (series) => known.get(series) ?? 'The series has no name.',
  };
}

const MAY_LACK: ReadonlySet<string> = new Set(['area', 'channel']);

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
