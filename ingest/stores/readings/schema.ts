import type { Schema } from '../sqlite/migrate.ts';
import { packHours } from './pack-hours.ts';

export const READINGS_SCHEMA: Schema = {
  /** `FWrd` */
  applicationId: 0x4657_7264,
  migrations: new URL('./migrations/', import.meta.url),
  moves: new Map([[5, packHours]]),
  copyBefore: 'where-there-is-room',
};
