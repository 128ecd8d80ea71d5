import type { InfluxRecord, RejectedReading } from '../influx/types.ts';
import type { SeriesDirectory } from '../series-directory.ts';
import type { QueuedBatch } from './queue.ts';

/** After a start a field counts as taken when so long (ms) nothing was rejected: it may be measured once in ten minutes. */
const PROBATION = 600_000;

/** Something that went, or was to go, into a field. `t`: its time, ms epoch. */
interface Written {
  readonly field: string;
  readonly t: number;
}

/** Which fields the store rejects, as by somebody else's type of them: until what goes into them passes again. */
export interface Rejections {
  /** What became of a batch that the store took; `mono`: monotonic ms. */
  note(batch: Pick<QueuedBatch, 'settlements'>, rejected: readonly RejectedReading[], mono: number): void;
  /** The store's words about one of them; null: none is rejected; undefined: not known yet, as after a start. */
  words(): string | null | undefined;
}

/** The same of events and transitions of alarms. */
export interface RecordRejections extends Pick<Rejections, 'words'> {
  note(records: readonly InfluxRecord[], rejected: readonly RejectedReading[], mono: number): void;
}

function createStanding() {
  /** The newest that was rejected, by field. */
  const standing = new Map<string, { t: number; why: string }>();
  let known = false;
  let since: number | undefined;
  return {
    /** `passed` is only asked where it could end something. */
    note(rejected: readonly (Written & { why: string })[], passed: () => Iterable<Written>, mono: number): void {
      since ??= mono;
      known ||= rejected.length > 0 || mono - since >= PROBATION;
      for (const { field, t, why } of rejected)
        standing.set(field, { t: Math.max(t, standing.get(field)?.t ?? t), why });
      if (standing.size === 0) return;
      // An older one may lie where the field has another type.
      for (const { field, t } of passed()) if (t > (standing.get(field)?.t ?? Infinity)) standing.delete(field);
    },
    words(): string | null | undefined {
      for (const { why } of standing.values()) return why;
      return known ? null : undefined;
    },
  };
}

export function createRejections(directory: Pick<SeriesDirectory, 'of'>): Rejections {
  const standing = createStanding();

  /** A field has one type for all who write it; channels of a device share one. */
  function fieldOf(series: number): string {
    const name = directory.of(series);
    return name === undefined ? `? ${series}` : `${name.owner.kind} ${name.metric.split('.')[0] ?? ''}`;
  }

  return {
    note(batch, rejected, mono) {
      const gone = new Set(rejected.map(({ series, t }) => `${series} ${t}`));
      function* passed() {
        for (const { series, readings } of batch.settlements()) {
          const field = fieldOf(series);
          for (const { t } of readings) if (!gone.has(`${series} ${t}`)) yield { field, t };
        }
      }
      const bad = rejected.map(({ series, t, why }) => ({ field: fieldOf(series), t, why }));
      standing.note(bad, passed, mono);
    },
    words: standing.words,
  };
}

/** A record is rejected as a whole, so its fields stand together: one with fewer of them ends nothing. */
export function createRecordRejections(): RecordRejections {
  const standing = createStanding();
  const fieldOf = ({ measurement, fields }: InfluxRecord) => `${measurement} ${Object.keys(fields).sort().join()}`;
  return {
    note(records, rejected, mono) {
      const why = new Map(rejected.map((one) => [one.t, one.why]));
      const bad = records.flatMap((one) => {
        const words = why.get(one.at);
        return words === undefined ? [] : [{ field: fieldOf(one), t: one.at, why: words }];
      });
      const passed = () => records.filter(({ at }) => !why.has(at)).map((one) => ({ field: fieldOf(one), t: one.at }));
      standing.note(bad, passed, mono);
    },
    words: standing.words,
  };
}
