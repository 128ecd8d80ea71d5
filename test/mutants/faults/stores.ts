import type { Mutant } from '../mutant.ts';

const COMMIT = 'test/ingest/stores/ledger/commit.test.ts';
const ACCOUNTS = 'test/ingest/stores/ledger/accounts.test.ts';
const CONSUMER = 'test/ingest/stores/consumer.test.ts';
const HOURS = 'test/ingest/stores/readings/hours.test.ts';
const BLOCKS = 'test/ingest/stores/readings/sqlite.test.ts';

export const STORE_FAULTS: readonly Mutant[] = [
  {
    name: 'ledger-syncs-now-and-then',
    breaks: 'what is acknowledged outlives a power cut',
    edits: [
      { file: 'ingest/stores/sqlite/migrate.ts', from: 'PRAGMA synchronous = FULL', to: 'PRAGMA synchronous = NORMAL' },
    ],
    tests: ['test/ingest/stores/sync.test.ts'],
  },
  {
    name: 'ledger-never-syncs',
    breaks: 'what is acknowledged outlives a power cut',
    edits: [
      { file: 'ingest/stores/sqlite/migrate.ts', from: 'PRAGMA synchronous = FULL', to: 'PRAGMA synchronous = OFF' },
    ],
    tests: ['test/ingest/stores/sync.test.ts'],
  },
  {
    name: 'ledger-commits-piecemeal',
    breaks: 'a reading, its alarms and their notifications are committed together or not at all',
    edits: [
      {
        file: 'ingest/stores/ledger/write-batch.ts',
        from: 'inTransaction(db, () => { // Accounts first',
        to: '((work: () => void) => work())(() => {\n        // Accounts first',
      },
    ],
    tests: [COMMIT],
  },
  {
    name: 'ledger-stores-a-repeated-batch-twice',
    breaks: 'a batch whose answer was lost is stored once',
    edits: [{ file: 'ingest/stores/ledger/open.ts', from: 'if (committed.delete(batch)) return;', to: '' }],
    tests: [COMMIT],
  },
  {
    name: 'ledger-hands-numbers-out-again',
    breaks: 'numbers of alarms are never used for another one',
    edits: [
      {
        file: 'ingest/stores/ledger/write-batch.ts',
        from: 'next_alarm_id = max(next_alarm_id, :alarm + 1)',
        to: 'next_alarm_id = (SELECT coalesce(max(id), 0) + 1 + 0 * :alarm FROM alarm WHERE closed_at IS NULL)',
      },
    ],
    tests: ['test/ingest/stores/ledger/numbers.test.ts'],
  },
  {
    name: 'ledger-migrates-newer-files',
    breaks: 'a file of a newer program is refused and not altered',
    edits: [{ file: 'ingest/stores/sqlite/migrate.ts', from: 'if (version > known)', to: 'if (version < 0)' }],
    tests: ['test/ingest/stores/ledger/migrate.test.ts'],
  },
  {
    name: 'link-works-twice',
    breaks: 'a one-time link lets one in',
    edits: [
      {
        file: 'ingest/stores/ledger/write-accounts.ts',
        from: 'WHERE token_hash = :tokenHash AND used_at IS NULL AND',
        to: 'WHERE token_hash = :tokenHash AND',
      },
    ],
    tests: [COMMIT],
  },
  {
    name: 'setup-link-makes-a-second-administrator',
    breaks: 'a setup link ends when there is an administrator',
    edits: [
      {
        file: 'ingest/stores/ledger/write-accounts.ts',
        from: "(purpose <> 'setup' OR NOT EXISTS",
        to: "(purpose <> '' OR NOT EXISTS",
      },
    ],
    tests: [ACCOUNTS],
  },
  {
    name: 'credentials-outlive-their-rotation',
    breaks: 'an old secret ends with its overlap',
    edits: [
      {
        file: 'ingest/stores/ledger/reader.ts',
        from: 'FROM credential WHERE username = ? AND (expires_at IS NULL OR expires_at > ?)',
        to: 'FROM credential WHERE username = ? AND (expires_at IS NULL OR expires_at > 0 * ?)',
      },
    ],
    tests: [ACCOUNTS],
  },
  {
    name: 'any-secret-opens',
    breaks: 'a device is known by its secret',
    edits: [
      {
        file: 'ingest/stores/ledger/credentials.ts',
        from: 'if (sameHash(tokenHash, given))',
        to: 'if (sameHash(tokenHash, given) || true)',
      },
    ],
    tests: [ACCOUNTS],
  },
  {
    name: 'sessions-never-end',
    breaks: 'a session ends twelve hours after its sign-in',
    edits: [
      {
        file: 'ingest/stores/ledger/reader.ts',
        from: 'session.token_hash = ? AND session.expires_at > ?',
        to: 'session.token_hash = ? AND session.expires_at > 0 * ?',
      },
    ],
    tests: [ACCOUNTS],
  },
  {
    name: 'data-directory-unlocked',
    breaks: 'a data directory serves one server at a time',
    edits: [{ file: 'ingest/stores/lock.ts', from: "db.exec('BEGIN EXCLUSIVE')", to: "db.exec('BEGIN')" }],
    tests: ['test/ingest/stores/open.test.ts'],
  },
  {
    name: 'tail-dropped-before-the-block-is-there',
    breaks: 'a reading is found at every moment of its way into the store',
    edits: [
      {
        file: 'ingest/stores/consumer.ts',
        from: 'await readings.settle(tail.pack(hours));',
        to: 'await (async (rows) => { tail.settled(hours); await new Promise((resolve) => setImmediate(resolve)); return readings.settle(rows); })(tail.pack(hours));',
      },
      {
        file: 'ingest/stores/consumer.ts',
        from: 'when its turn comes. tail.settled(hours);',
        to: 'when its turn comes.',
      },
    ],
    tests: [CONSUMER],
  },
  {
    name: 'log-run-with-any-bytes',
    breaks: 'a number of the log that is no longer what was written is damage, and no reading',
    edits: [
      {
        file: 'ingest/stores/ledger/arrival-block.ts',
        from: 'if (crc32(block.columns) !== block.checksum)',
        to: 'if (crc32(block.columns) < 0)',
      },
    ],
    tests: ['test/ingest/stores/ledger/damage.test.ts'],
  },
  {
    name: 'log-gives-back-what-left-it',
    breaks: 'what left the log does not come back as long as its run is there',
    edits: [
      {
        file: 'ingest/stores/ledger/read-arrivals.ts',
        from: 'if ((packed[at + SEQ] ?? 0) > numeric(rest)) arrivals.push',
        to: 'arrivals.push',
      },
    ],
    tests: ['test/ingest/stores/ledger/commit.test.ts'],
  },
  {
    name: 'log-keeps-times-narrow',
    breaks: 'a reading of years ago keeps its time in the log',
    edits: [
      {
        file: 'ingest/stores/ledger/arrival-block.ts',
        from: 'const isNarrow = (ms: number): boolean => (ms | 0) === ms;',
        to: 'const isNarrow = (ms: number): boolean => Number.isInteger(ms);',
      },
    ],
    tests: ['test/ingest/stores/ledger/commit.test.ts'],
  },
  {
    name: 'log-takes-a-reading-twice',
    breaks: 'no reading is in the log twice',
    edits: [
      {
        file: 'ingest/stores/ledger/write-runs.ts',
        from: "if (typeof behind === 'number' && behind <= last) throw",
        to: "if (typeof behind === 'number' && behind < 0) throw",
      },
    ],
    tests: ['test/ingest/stores/ledger/commit.test.ts'],
  },
  {
    name: 'log-trimmed-past-what-is-settled',
    breaks: 'an arrival leaves the log when the store holds it, and in its turn',
    edits: [
      {
        file: 'ingest/stores/tail.ts',
        from: 'first = Math.min(first, firstSeq(bucket));',
        to: 'first = Math.max(first, firstSeq(bucket));',
      },
    ],
    tests: [CONSUMER],
  },
  {
    name: 'range-reads-the-store-before-the-tail',
    breaks: 'no chart has a hole while readings move into the store',
    edits: [
      { file: 'ingest/stores/query.ts', from: 'const recent = tail.range(series, from, to);', to: '' },
      {
        file: 'ingest/stores/query.ts',
        from: 'const stored = await readings.range(query);',
        to: 'const stored = await readings.range(query);\n  const recent = tail.range(series, from, to);',
      },
    ],
    tests: [CONSUMER],
  },
  {
    name: 'block-keeps-the-first-of-two-values',
    breaks: 'another value at the same time replaces the first',
    edits: [
      {
        file: 'ingest/stores/readings/merge.ts',
        from: 'byTime.set(t, at);',
        to: 'if (there === undefined) byTime.set(t, at);',
      },
    ],
    tests: [BLOCKS],
  },
  {
    name: 'block-forgets-quality',
    breaks: 'a reading is read back with its quality',
    edits: [
      {
        file: 'ingest/stores/readings/codec/block.ts',
        from: 'rows[at + MARKS] = marks[index] ?? 0;',
        to: 'rows[at + MARKS] = (marks[index] ?? 0) & 4;',
      },
    ],
    tests: ['test/ingest/stores/readings/codec.test.ts'],
  },
  {
    name: 'full-block-is-passed-over',
    breaks: 'what comes late for a full block goes into it',
    edits: [
      {
        file: 'ingest/stores/readings/blocks.ts',
        from: 'if (!after && first > part.last)',
        to: 'if (!after)',
      },
    ],
    tests: [BLOCKS],
  },
  {
    name: 'hour-drives-out-its-neighbours',
    breaks: 'an hour that is computed leaves the others of its day',
    edits: [{ file: 'ingest/stores/readings/hours.ts', from: '[...there, ...those]', to: '[...those]' }],
    tests: [HOURS],
  },
  {
    name: 'former-hours-left-behind',
    breaks: 'a file of a former schema keeps its hours',
    edits: [{ file: 'ingest/stores/readings/schema.ts', from: 'moves: new Map([[5, packHours]]),', to: '' }],
    tests: [HOURS],
  },
];
