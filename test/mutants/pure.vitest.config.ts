import { defineConfig } from 'vitest/config';

/** The tests of the pure rooms, for the mutations that a tool makes of every line there. */
export default defineConfig({
  test: { include: ['test/ingest/{alarms,quality,standards}/**/*.test.ts'], testTimeout: 60_000 },
});
