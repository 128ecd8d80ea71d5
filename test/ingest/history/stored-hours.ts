import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeHours } from '../../../ingest/stores/readings/codec/hours.ts';

/** The hours that stand in readings.db, of all series, as they are stored. */
export function storedHours(dir: string): Record<string, unknown>[] {
  const db = new DatabaseSync(join(dir, 'readings.db'), { readOnly: true });
  try {
    return db
      .prepare('SELECT series, day, hours FROM day_of_hours ORDER BY day, series')
      .all()
      .flatMap(({ series, day, hours }) => {
        if (!(hours instanceof Uint8Array)) throw new Error('no hours');
        return decodeHours(Number(day), hours).map(
          ([hour, count, min, max, mean, last, good, suspect, bad, standards]) => ({
            ...{ series, hour, count, min, max, mean, last },
            ...{ good, suspect, bad, standards },
          }),
        );
      });
  } finally {
    db.close();
  }
}
