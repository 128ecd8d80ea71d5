import type { RejectedReading } from '../influx/types.ts';
import type { SeriesDirectory } from '../series-directory.ts';
import type { QueuedBatch } from './queue.ts';

/** After a start a field counts as taken when so long (ms) nothing was rejected: it may be measured once in ten minutes. */
const PROBATION = 600_000;

/** Which fields the store rejects, as by somebody else's type of them: until readings of them pass again. */
export interface Rejections {
  /** What became of a batch that the store took; `mono`: monotonic ms. */
  note(batch: Pick<QueuedBatch, 'settlements'>, rejected: readonly RejectedReading[], mono: number): void;
  /** The store's words about one of them; null: none is rejected; undefined: not known yet, as after a start. */
  words(): string | null | undefined;
}

export function createRejections(directory: Pick<SeriesDirectory, 'of'>): Rejections {
  /** The newest reading that was rejected, by field. */
  const standing = new Map<string, { t: number; why: string }>();
  let known = false;
  let since: number | undefined;

  /** A field has one type for all who write it; channels of a device share one. */
  function fieldOf(series: number): string {
    const name = directory.of(series);
    return name === undefined ? `? ${series}` : `${name.owner.kind} ${name.metric.split('.')[0] ?? ''}`;
  }

  return {
    note(batch, rejected, mono) {
      since ??= mono;
      known ||= rejected.length > 0 || mono - since >= PROBATION;
      if (rejected.length === 0 && standing.size === 0) return;
      const gone = new Set<string>();
      for (const { series, t, why } of rejected) {
        const field = fieldOf(series);
        gone.add(`${series} ${t}`);
        standing.set(field, { t: Math.max(t, standing.get(field)?.t ?? t), why });
      }
      for (const { series, readings } of batch.settlements()) {
        const field = fieldOf(series);
        const last = standing.get(field);
        // An older one may lie where the field has another type.
        if (last !== undefined && readings.some(({ t }) => t > last.t && !gone.has(`${series} ${t}`)))
          standing.delete(field);
      }
    },
    words() {
      for (const { why } of standing.values()) return why;
      return known ? null : undefined;
    },
  };
}
