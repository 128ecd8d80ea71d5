import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLedger, openLedgerReader } from '../../ingest/stores/ledger/index.ts';
import { hashToken, serverKey } from '../../ingest/stores/ledger/tokens.ts';
import { StartError } from '../start-error.ts';
import type { AdminLedger } from './ports.ts';

/**
 * Opens the ledger of a data directory, beside a running server or without one.
 * @throws StartError where there is none: a mistyped DATA_DIR must not quietly make another.
 */
export async function openAdminLedger(dataDir: string): Promise<AdminLedger> {
  const dir = resolve(dataDir);
  const file = join(dir, 'ledger.db');
  if (!existsSync(file)) {
    throw new StartError(
      `There is no ledger in ${dir}. Start Facility Watch once with this DATA_DIR, or set DATA_DIR to the one it uses.`,
    );
  }
  const key = serverKey(dir);
  const ledger = await openLedger({ file });
  const reader = openLedgerReader({ file });
  return {
    ledger,
    reader,
    hashToken: (token) => hashToken(key, token),
    async close() {
      reader.close();
      await ledger.close();
    },
  };
}
