import type { DatabaseSync } from 'node:sqlite';
import type { ForwardedRow } from './forwarded.ts';

export function forwardedWriter(db: DatabaseSync): (rows: readonly ForwardedRow[]) => void {
  const put = db.prepare(
    `INSERT INTO forwarded VALUES (?, ?, ?)
     ON CONFLICT (stream) DO UPDATE SET target = excluded.target, upto = excluded.upto`,
  );
  return (rows) => {
    for (const { stream, target, upto } of rows) put.run(stream, target, upto);
  };
}
