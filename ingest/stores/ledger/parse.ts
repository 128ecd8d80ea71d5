import type { SQLOutputValue } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A row that is not what this program writes. */
export class LedgerDamaged extends Error {
  override readonly name = 'LedgerDamaged';
}

export function parse<T>(
  schema: {
    Check(value: unknown): value is T;
    Errors(value: unknown): readonly { instancePath: string; message: string }[];
  },
  table: string,
  value: unknown,
): T {
  if (schema.Check(value)) return value;
  const [first] = schema.Errors(value);
  throw new LedgerDamaged(
    `the table ${table} holds a row that cannot be read, at ${first?.instancePath || '/'}: ${first?.message ?? '?'}`,
  );
}

export function json(value: SQLOutputValue | undefined): unknown {
  if (typeof value !== 'string') return null;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new LedgerDamaged('a row holds JSON that cannot be read', { cause });
  }
}
