import { copyFileSync, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATABASES, hashOf, sync, type Inspection } from '../../ingest/stores/backup/database.ts';
import { writeManifest } from '../../ingest/stores/backup/manifest.ts';
import { startBackupThread } from '../../ingest/stores/backup/thread.ts';
import { readConfig } from '../config.ts';
import { makeFolder } from '../make-folder.ts';
import { StartError } from '../start-error.ts';
import { readArguments, type Tools } from '../tools/arguments.ts';
import { CERTIFICATES, copyCertificates } from './certificates.ts';
import { sizeOf } from './words.ts';

const USAGE = `Usage: npm run backup -- --to FOLDER [--config FILE]

  Copies the data of a system, running or not, into FOLDER, which must be empty or not there yet, and checks the copy.
`;

const KEY = 'server.key';

interface BackupOptions extends Pick<Tools, 'version' | 'now' | 'out'> {
  readonly dataDir: string;
  readonly to: string;
}

/** `npm run backup`: beside a running server, or without one. @throws StartError, ConfigError, UnusableFile */
export async function runBackup(argv: readonly string[], { env, ...tools }: Tools): Promise<void> {
  const given = readArguments(argv, { usage: USAGE, texts: ['to'] });
  if (given === 'help') return tools.out(USAGE);
  const { to } = given.values;
  if (to === undefined) throw new StartError(USAGE);
  const { dataDir, influx } = readConfig({ env, argv: given.config });
  await backUp({ ...tools, dataDir, to });
  if (influx !== null)
    tools.out('The readings are in InfluxDB and not in this backup: back that up now (docs/influxdb.md).');
}

/**
 * Ledger first, then the readings: what the ledger forgets meanwhile is in the readings by then, and what both hold is
 * settled once more after a restore, which changes nothing.
 * @throws StartError or UnusableFile, in a sentence
 */
async function backUp({ dataDir, to, version, now, out }: BackupOptions): Promise<void> {
  const source = resolve(dataDir);
  const folder = resolve(to);
  const names = DATABASES.filter((name) => existsSync(join(source, name)));
  if (!names.includes('ledger.db'))
    throw new StartError(`There is no ledger in ${source}: set DATA_DIR to the folder of the system.`);
  openTarget(folder);
  const needed = names.reduce((sum, name) => sum + statSync(join(source, name)).size, 0);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < needed) {
    throw new StartError(
      `${folder} has room for ${sizeOf(bavail * bsize)}, and the backup may take ${sizeOf(needed)}. Free some space there, or choose another disk.`,
    );
  }

  const madeAt = new Date(now()).toISOString();
  const thread = await startBackupThread();
  try {
    const copied = new Map<string, Inspection>();
    for (const name of names) {
      const copy = await thread.run({ op: 'copy', name, from: join(source, name), to: join(folder, name) });
      copied.set(name, copy);
      const rows = Object.values(copy.rows).reduce((sum, count) => sum + count, 0);
      out(`${name}: ${sizeOf(copy.bytes)}, ${rows} rows, copied and checked`);
    }
    const ledger = copied.get('ledger.db');
    if (ledger === undefined) throw new Error('The ledger was not copied.');
    const readings = copied.get('readings.db');
    copyFileSync(join(source, KEY), join(folder, KEY));
    sync(join(folder, KEY));
    const databases = { 'ledger.db': ledger, ...(readings === undefined ? {} : { 'readings.db': readings }) };
    const kept = copyCertificates(source, folder);
    if (kept.certificates !== undefined) out(`${CERTIFICATES}: ${Object.keys(kept.certificates).join(', ')}`);
    writeManifest(folder, { format: 1, version, madeAt, databases, key: hashOf(join(folder, KEY)), ...kept });
    out(
      `The backup is in ${folder}. It holds keys: keep it where nobody else can read it. Settings are not in it, nor ` +
        'certificates from elsewhere: keep a copy of those, too.',
    );
  } finally {
    await thread.close();
  }
}

function openTarget(folder: string): void {
  try {
    makeFolder(folder);
    if (readdirSync(folder).length === 0) return;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The folder ${folder} cannot be used: ${why}.`, { cause: error });
  }
  throw new StartError(
    `${folder} is not empty. A backup goes into a folder of its own: name one that is not there yet.`,
  );
}
