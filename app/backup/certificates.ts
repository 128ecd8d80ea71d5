import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, sync } from '../../ingest/stores/backup/database.ts';
import type { Manifest } from '../../ingest/stores/backup/manifest.ts';
import { StartError } from '../start-error.ts';

/** The folder of `npm run cert`, in the data folder and in a backup. */
export const CERTIFICATES = 'certificates';

/** What `npm run cert` is writing just now, and is renamed in a moment. */
const DRAFT = /\.\d+$/;

/**
 * Copies the certificates, keys and CA of a data folder. Returns their hashes by name; none: there are no certificates.
 * @throws StartError naming the file that cannot be copied: a backup without a key is none.
 */
export function copyCertificates(dataDir: string, backup: string): Pick<Manifest, 'certificates'> {
  const source = join(dataDir, CERTIFICATES);
  const names = existsSync(source) ? readdirSync(source).filter((name) => !DRAFT.test(name)) : [];
  if (names.length === 0) return {};
  const target = join(backup, CERTIFICATES);
  mkdirSync(target, { mode: 0o700 });
  const certificates = names.map((name) => {
    const file = join(source, name);
    if (!statSync(file).isFile()) throw new StartError(`${file} is no file. Keep it somewhere else.`);
    try {
      copyPrivately(file, join(target, name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StartError(
        `${file} cannot be copied (${why}). Give it to the user that runs Facility Watch, or keep it somewhere else.`,
        { cause: error },
      );
    }
    return [name, hashOf(join(target, name))] as const;
  });
  sync(target);
  return { certificates: Object.fromEntries(certificates) };
}

/** @throws StartError naming the file that is not what was backed up */
export function checkCertificates(backup: string, { certificates = {} }: Manifest): void {
  for (const [name, hash] of Object.entries(certificates)) {
    const file = join(backup, CERTIFICATES, name);
    if (!existsSync(file) || hashOf(file) !== hash)
      throw new StartError(
        `${file} is missing or not what was backed up. Nothing was changed: restore another backup.`,
      );
  }
}

/** Copies them out of a backup into a folder that is renamed when all is there. */
export function draftCertificates(backup: string, draft: string, { certificates = {} }: Manifest): void {
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  for (const name of Object.keys(certificates)) copyPrivately(join(backup, CERTIFICATES, name), join(draft, name));
  sync(draft);
}

function copyPrivately(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o600);
  sync(to);
}
