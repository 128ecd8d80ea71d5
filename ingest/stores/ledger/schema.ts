import type { Schema } from '../sqlite/migrate.ts';
import { moveArrivals } from './move-arrivals.ts';

export const LEDGER_SCHEMA: Schema = {
  /** `FWld` */
  applicationId: 0x4657_6c64,
  migrations: new URL('./migrations/', import.meta.url),
  moves: new Map([[10, moveArrivals]]),
  copyBefore: 'always',
};
