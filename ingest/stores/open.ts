import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import type { InfluxOptions } from './influx/store.ts';
import { accounts } from './ledger/accounts.ts';
import { apiTokens } from './ledger/api-tokens.ts';
import { credentialStore } from './ledger/credentials.ts';
import { diary } from './ledger/diary.ts';
import { createGate } from './ledger/gate.ts';
import { openLedger, openLedgerReader } from './ledger/index.ts';
import { people } from './ledger/people.ts';
import { sheetVersions } from './ledger/sheet-versions.ts';
import { shiftRecords } from './ledger/shift-records.ts';
import { sightings } from './ledger/sightings.ts';
import { serverKey } from './ledger/tokens.ts';
import { wallLinks } from './ledger/wall-links.ts';
import { lockDataDir } from './lock.ts';
import { openSqliteReadings } from './readings/sqlite.ts';
import type { SpoiltBlock } from './readings/stored.ts';
import { createSeriesDirectory } from './series-directory.ts';

/** Kept back for alarms and commands when the disk is full: thousands of commits. */
const RESERVE = 8 * 1024 * 1024;

export type Stores = Awaited<ReturnType<typeof openStores>>;

export interface StoresOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Told of each block of readings that cannot be read. */
  readonly onSpoilt?: (block: SpoiltBlock) => void;
  /** The InfluxDB that keeps the readings; absent: readings.db does. */
  readonly influx?: Pick<InfluxOptions, 'settings' | 'onServer' | 'onUnreached'> | undefined;
  /** Size of the reserve file; 0: none. */
  readonly reserveBytes?: number;
}

/**
 * Opens everything that a data folder holds; makes what is missing. The folder has to exist.
 * Rejects with an UnusableFile where somebody has to do something about a file, whose message says what.
 */
export async function openStores(options: StoresOptions) {
  const { dataDir, clock, onSpoilt, reserveBytes = RESERVE } = options;
  const key = serverKey(dataDir);
  const lock = lockDataDir(dataDir);
  const closing: (() => Promise<void> | void)[] = [() => lock.release()];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const file = join(dataDir, 'ledger.db');
    const gate = createGate(await openLedger({ file, reserveBytes }));
    const { others } = gate;
    closing.push(() => others.close());
    const reader = openLedgerReader({ file });
    closing.push(() => reader.close());
    const directory = createSeriesDirectory();
    const blocks = await openSqliteReadings({
      file: join(dataDir, 'readings.db'),
      ...(onSpoilt === undefined ? {} : { onSpoilt }),
    });
    closing.push(() => blocks.close());
    const influx = options.influx && (await openInflux({ ...options.influx, directory, clock }));
    if (influx !== undefined) closing.push(() => influx.close());
    const seen = sightings({ ledger: others, clock });
    closing.push(() => seen.close());
    const journal = diary({ ledger: others, reader, clock });
    closing.push(() => journal.close());
    return {
      key,
      /** The line's, and that of whoever runs without one. */
      ledger: gate.line,
      gate,
      reader,
      /** Where readings are kept and asked for: one of the two below. */
      readings: influx ?? blocks,
      /** The file of this folder, there whoever keeps the readings. */
      blocks,
      influx,
      directory,
      accounts: accounts({ ledger: others, reader, key, clock }),
      people: people({ ledger: others, reader, key, clock }),
      tokens: apiTokens({ ledger: others, reader, key, clock, seen }),
      shiftRecords: shiftRecords({ ledger: others, reader, clock }),
      sheetVersions: sheetVersions({ ledger: others, reader, clock }),
      walls: wallLinks({ ledger: others, reader, key, clock, seen }),
      audit: journal,
      credentials: credentialStore(reader, key, clock),
      /** Bytes that are free on the disk of the data folder. */
      freeBytes() {
        const { bavail, bsize } = statfsSync(dataDir);
        return bavail * bsize;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Its client is loaded where it is used: it takes 4 MB. */
async function openInflux(options: InfluxOptions) {
  const { openInfluxReadings } = await import('./influx/store.ts');
  return openInfluxReadings(options);
}
