import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATABASES, hashOf, sync } from '../../ingest/stores/backup/database.ts';
import { readManifest, type Manifest } from '../../ingest/stores/backup/manifest.ts';
import { startBackupThread } from '../../ingest/stores/backup/thread.ts';
import { lockDataDir } from '../../ingest/stores/lock.ts';
import { readConfig } from '../config.ts';
import { openDataDir } from '../data-dir.ts';
import { StartError } from '../start-error.ts';
import { readArguments, type Tools } from '../tools/arguments.ts';
import { CERTIFICATES, checkCertificates, draftCertificates } from './certificates.ts';
import { sizeOf } from './words.ts';

const USAGE = `Usage: npm run restore -- --from FOLDER [--set-aside] [--config FILE]

  Checks the backup in FOLDER and brings it into the data folder (DATA_DIR), which must hold no data.
  --set-aside   moves data that are there into a folder beside the new ones first
`;

const KEY = 'server.key';
const DRAFT = '.restoring';

interface RestoreOptions extends Pick<Tools, 'now' | 'out'> {
  readonly dataDir: string;
  readonly from: string;
  /** What is there may be moved into a folder of its own. */
  readonly setAside: boolean;
}

/** `npm run restore`: while no server runs on the data folder. @throws StartError, ConfigError, UnusableFile */
export async function runRestore(argv: readonly string[], { env, ...tools }: Tools): Promise<void> {
  const given = readArguments(argv, { usage: USAGE, texts: ['from'], flags: ['set-aside'] });
  if (given === 'help') return tools.out(USAGE);
  const { from } = given.values;
  if (from === undefined) throw new StartError(USAGE);
  const { dataDir } = readConfig({ env, argv: given.config });
  await restore({ ...tools, dataDir, from, setAside: given.flags.has('set-aside') });
}

/**
 * Changes nothing before all of the backup is checked and copied; the ledger takes its place last.
 * @throws StartError or UnusableFile, in a sentence
 */
async function restore({ dataDir, from, setAside, now, out }: RestoreOptions): Promise<void> {
  const folder = resolve(from);
  const manifest = readManifest(folder);
  await check(folder, manifest);
  out(`The backup of ${manifest.madeAt} is whole.`);

  const dir = openDataDir(dataDir);
  const lock = lockDataDir(dir);
  try {
    const withCertificates = manifest.certificates !== undefined;
    const there = readdirSync(dir).filter(
      (name) =>
        /^(ledger|readings)\.db(-wal|-shm)?$|^server\.key$/.test(name) || (withCertificates && name === CERTIFICATES),
    );
    if (there.length > 0 && !setAside) {
      throw new StartError(
        `${dir} holds data already (${there.join(', ')}). Nothing was changed. Set DATA_DIR to an empty folder, ` +
          'or add --set-aside to move them into a folder beside the restored ones.',
      );
    }
    const names = [...DATABASES].reverse().filter((name) => manifest.databases[name] !== undefined);
    const needed = names.reduce((sum, name) => sum + (manifest.databases[name]?.bytes ?? 0), 0);
    const { bavail, bsize } = statfsSync(dir);
    if (bavail * bsize < needed) {
      throw new StartError(
        `${dir} has room for ${sizeOf(bavail * bsize)}, and the backup takes ${sizeOf(needed)}. Nothing was changed. Free some space there.`,
      );
    }
    for (const name of [KEY, ...names]) {
      const draft = join(dir, `${name}${DRAFT}`);
      copyFileSync(join(folder, name), draft);
      chmodSync(draft, 0o600);
      sync(draft);
    }
    const restored = withCertificates ? [CERTIFICATES, KEY, ...names] : [KEY, ...names];
    if (withCertificates) draftCertificates(folder, join(dir, `${CERTIFICATES}${DRAFT}`), manifest);
    if (there.length > 0) out(`What was there is now in ${moveAside(dir, there, now())}.`);
    for (const name of restored) renameSync(join(dir, `${name}${DRAFT}`), join(dir, name));
    sync(dir);
  } finally {
    lock.release();
  }
  out(`Restored into ${dir}. Start the system; what came in after the backup is not in it.`);
}

async function check(folder: string, manifest: Manifest): Promise<void> {
  const { databases, key } = manifest;
  const thread = await startBackupThread();
  try {
    for (const name of DATABASES) {
      const said = databases[name];
      if (said === undefined) continue;
      const file = join(folder, name);
      if (!existsSync(file)) throw new StartError(`${file} is missing. Nothing was changed: restore another backup.`);
      const found = await thread.run({ op: 'inspect', name, file });
      const differs = Object.keys(said.rows).find((table) => said.rows[table] !== found.rows[table]);
      if (differs !== undefined || said.sha256 !== found.sha256) {
        throw new StartError(
          `${file} is not what was backed up${differs === undefined ? '' : ` (the rows of ${differs})`}. Nothing was changed: restore another backup.`,
        );
      }
    }
  } finally {
    await thread.close();
  }
  const file = join(folder, KEY);
  if (!existsSync(file) || hashOf(file) !== key)
    throw new StartError(`${file} is missing or not what was backed up. Nothing was changed: restore another backup.`);
  checkCertificates(folder, manifest);
}

function moveAside(dir: string, names: readonly string[], at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[:.]/g, '-');
  const aside = join(dir, `before-restore-${stamp}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names) renameSync(join(dir, name), join(aside, name));
  sync(aside);
  return aside;
}
