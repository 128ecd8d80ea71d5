import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { UnusableFile } from '../sqlite/errors.ts';
import { sync } from './database.ts';

const Inspected = Type.Object({
  bytes: Type.Integer(),
  sha256: Type.String(),
  schema: Type.Integer(),
  rows: Type.Record(Type.String(), Type.Integer()),
});

/** Of a file of one folder: nothing that leads out of it. */
const FileName = Type.String({ pattern: '^[^./\\\\][^/\\\\]*$' });

const Manifest = Type.Object({
  format: Type.Literal(1),
  /** Of the program that made it. */
  version: Type.String(),
  /** RFC 3339. */
  madeAt: Type.String(),
  databases: Type.Object({ 'ledger.db': Inspected, 'readings.db': Type.Optional(Inspected) }),
  /** SHA-256 of `server.key`, hex. */
  key: Type.String(),
  /**
   * SHA-256 of each file of `certificates`, hex, by its name. Earlier programs made none; they restore a backup that has
   * them without them.
   */
  certificates: Type.Optional(Type.Record(FileName, Type.String(), { additionalProperties: false })),
});
export type Manifest = Static<typeof Manifest>;

const NAME = 'backup.json';

/** Written last: a folder without it is no backup. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const file = join(folder, NAME);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  sync(file);
  sync(folder);
}

/** @throws UnusableFile */
export function readManifest(folder: string): Manifest {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(join(folder, NAME), 'utf8'));
  } catch {
    throw new UnusableFile(`${folder} holds no backup, or one that was cut off: its ${NAME} is missing or unreadable.`);
  }
  if (Check(Manifest, read)) return read;
  throw new UnusableFile(
    `${folder} holds a backup of another kind than this program knows: restore it with the program that made it.`,
  );
}
