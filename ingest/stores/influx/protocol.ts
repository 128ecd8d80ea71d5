import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { SeriesId } from '../../../contract/reading.ts';
import type { PackedReadings } from '../packed.ts';
import type { SeriesName } from '../series-directory.ts';
import type { InfluxRecord, Written } from './types.ts';

/** Where InfluxDB is, who we are there, and how long we wait for it. */
export interface InfluxSettings {
  /** `http://…` or `https://…`, a path is kept. */
  readonly url: string;
  /** InfluxDB 2 and 3. */
  readonly token: string | null;
  /** InfluxDB 1, where it asks for them. */
  readonly username: string | null;
  readonly password: string | null;
  /** Name or id; null: the one that the bucket belongs to. */
  readonly org: string | null;
  /** Of InfluxDB 2; for the others the name of the database. */
  readonly bucket: string;
  /** ms that readings are kept in what we create. */
  readonly retention: number;
  /** ms for one answer, all of it. */
  readonly writeTimeout: number;
  readonly readTimeout: number;
  /** Bytes from which on a body is compressed; null: never. */
  readonly gzipFrom: number | null;
}

/** What a series is called, told to the thread when it first needs it and when its area changed. */
export interface SeriesLabel extends SeriesName {
  readonly series: SeriesId;
}

export type InfluxRequest =
  /** Finds out about the server. */
  | { readonly op: 'look' }
  /** `now`: ms epoch, for what is too old to be sent. `labels`: of series that are new, or called otherwise now. */
  | {
      readonly op: 'write';
      readonly readings: PackedReadings;
      readonly labels: readonly SeriesLabel[];
      readonly now: number;
      /** Of what is forwarded: it is not sent when something of the same attempt failed before it. Null: on its own. */
      readonly attempt: number | null;
    }
  | { readonly op: 'record'; readonly records: readonly InfluxRecord[]; readonly now: number }
  | {
      readonly op: 'range';
      readonly label: SeriesLabel;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
    }
  | { readonly op: 'before'; readonly label: SeriesLabel; readonly t: number };

export type InfluxResult =
  | { readonly kind: 'looked' }
  | { readonly kind: 'written'; readonly written: Written }
  /** `next`: where the range goes on; null: that was all. */
  | { readonly kind: 'found'; readonly readings: PackedReadings; readonly next: number | null };

const Settings = Type.Object({
  url: Type.String(),
  token: Type.Union([Type.String(), Type.Null()]),
  username: Type.Union([Type.String(), Type.Null()]),
  password: Type.Union([Type.String(), Type.Null()]),
  org: Type.Union([Type.String(), Type.Null()]),
  bucket: Type.String(),
  retention: Type.Number(),
  writeTimeout: Type.Number(),
  readTimeout: Type.Number(),
  gzipFrom: Type.Union([Type.Number(), Type.Null()]),
});

/** What the thread was started with. */
export function influxSettings(given: unknown): InfluxSettings {
  if (!Check(Settings, given)) throw new TypeError('The thread of InfluxDB is told its settings when it starts.');
  return given;
}
