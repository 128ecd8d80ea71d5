import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { PATIENCE } from './test/patience.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    // Bounds for what hangs, not for what is slow: these tests start servers, browsers and processes, side by side.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: PATIENCE },
    // What a thread or a program compiled once serves all that come after it, as in `npm start`: each store has threads.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache', 'compile') },
    pool: 'forks',
    // What a file loaded serves the next one of its worker: loading took as long as testing. Nothing of ours lives in modules.
    isolate: false,
    // Most of them wait for a disk, a socket or a story: more of them than cores keep a small machine busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
