import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';

const COLUMNS = 'seq, series, source_time, value, quality, reason, backfilled, received_at, claimed_time';

/** Rows of a ledger, which may be asked for the log of arrivals as `arrival`, a row for each reading. */
export function rowsOf(db: DatabaseSync, sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
  if (/\barrival\b/.test(sql)) layOutArrivals(db);
  return db.prepare(sql).all(...values);
}

/**
 * Lays out the log of arrivals as a temporary table `arrival` of this connection, one row a reading. It reads the bytes
 * as docs/architecture.md describes them, and shares nothing with what wrote them.
 */
function layOutArrivals(db: DatabaseSync): void {
  db.exec(`CREATE TEMP TABLE arrival (${COLUMNS})`);
  const insert = db.prepare('INSERT INTO temp.arrival VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const trimmed = Number(db.prepare('SELECT trimmed_seq FROM head').get()?.['trimmed_seq']);
  db.exec('BEGIN');
  for (const run of db.prepare('SELECT * FROM arrivals ORDER BY last_seq').all()) {
    const { columns } = run;
    if (!(columns instanceof Uint8Array)) throw new Error('A run of the log is no blob.');
    if (crc32(columns) !== run['checksum']) throw new Error('A run of the log has another checksum.');
    const count = Number(run['count']);
    readingsOf(Buffer.from(columns), count).forEach((row, index) => {
      const seq = Number(run['last_seq']) - count + 1 + index;
      if (seq > trimmed) insert.run(seq, ...row);
    });
  }
  db.exec('COMMIT');
}

function readingsOf(bytes: Buffer, count: number): (number | null)[][] {
  if (bytes[0] !== 1) throw new Error('A run of the log is of another version.');
  const [wide, claims] = [((bytes[1] ?? 0) & 1) === 1, ((bytes[1] ?? 0) & 2) === 2];
  const base = bytes.readDoubleLE(8);
  let at = 16;
  const column = (width: number, read: (offset: number) => number): number[] => {
    const start = at;
    at += width * count;
    return Array.from({ length: count }, (_, index) => read(start + index * width));
  };
  const doubles = () => column(8, (offset) => bytes.readDoubleLE(offset));
  const times = () => (wide ? doubles() : column(4, (offset) => bytes.readInt32LE(offset)));
  const values = doubles();
  const claimed = claims ? doubles() : [];
  const received = times().map((ms) => (wide ? ms : base + ms));
  const source = times().map((ms, index) => (wide ? ms : (received[index] ?? NaN) - ms));
  const series = column(4, (offset) => bytes.readUInt32LE(offset));
  const marks = column(1, (offset) => bytes.readUInt8(offset));
  if (at !== bytes.length) throw new Error('A run of the log is longer than its columns.');
  return values.map((value, index) => {
    const mark = marks[index] ?? NaN;
    const claim = claimed[index] ?? NaN;
    return [
      ...[series[index] ?? NaN, source[index] ?? NaN, value, mark & 3, mark >> 3, (mark >> 2) & 1],
      ...[received[index] ?? NaN, Number.isNaN(claim) ? null : claim],
    ];
  });
}
