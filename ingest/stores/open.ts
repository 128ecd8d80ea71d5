import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import { accounts } from './ledger/accounts.ts';
import { credentialStore } from './ledger/credentials.ts';
import { openLedger, openLedgerReader } from './ledger/index.ts';
import { serverKey } from './ledger/tokens.ts';
import { lockDataDir } from './lock.ts';
import { openSqliteReadings } from './readings/sqlite.ts';

export type Stores = Awaited<ReturnType<typeof openStores>>;

/** Opens everything that a data folder holds; makes what is missing. The folder has to exist. */
export async function openStores({ dataDir, clock }: { dataDir: string; clock: Clock }) {
  const key = serverKey(dataDir);
  const lock = lockDataDir(dataDir);
  const closing: (() => Promise<void> | void)[] = [() => lock.release()];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const file = join(dataDir, 'ledger.db');
    const ledger = await openLedger({ file });
    closing.push(() => ledger.close());
    const reader = openLedgerReader({ file });
    closing.push(() => reader.close());
    const readings = await openSqliteReadings({ file: join(dataDir, 'readings.db') });
    closing.push(() => readings.close());
    return {
      key,
      ledger,
      reader,
      readings,
      accounts: accounts({ ledger, reader, key, clock }),
      credentials: credentialStore(reader, key, clock),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
