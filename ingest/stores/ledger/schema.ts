import type { Schema } from '../sqlite/migrate.ts';

export const LEDGER_SCHEMA: Schema = {
  /** `FWld` */
  applicationId: 0x4657_6c64,
  migrations: new URL('./migrations/', import.meta.url),
  copyBefore: 'always',
};
