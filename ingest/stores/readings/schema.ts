import type { Schema } from '../sqlite/migrate.ts';

export const READINGS_SCHEMA: Schema = {
  /** `FWrd` */
  applicationId: 0x4657_7264,
  migrations: new URL('./migrations/', import.meta.url),
  copyBefore: 'where-there-is-room',
};
