import type { Mutant } from '../mutant.ts';

const BIND = 'test/ingest/line/bind.test.ts';
const RETRY = 'test/ingest/line/retry.test.ts';
const BOOK = 'test/ingest/live/refusal-book.test.ts';
const KEPT = 'test/ingest/stores/ledger/quarantine.test.ts';
const ROUTES = 'test/dashboard/server/devices.test.ts';

/** What is told and done about devices that do not appear. */
export const DEVICE_FAULTS: readonly Mutant[] = [
  {
    name: 'retry-is-no-backfill',
    breaks: 'what a retry reads is backfill',
    edits: [{ file: 'ingest/line/backfill.ts', from: 'backfilled: true,', to: 'backfilled: false,' }],
    tests: [RETRY],
  },
  {
    name: 'retry-leaves-its-entries',
    breaks: 'what a retry has read is not read again',
    edits: [
      {
        file: 'ingest/line/retry.ts',
        from: "change: { op: 'read', ids, at: now.wall },",
        to: "change: { op: 'read', ids: [], at: now.wall },",
      },
    ],
    tests: [RETRY],
  },
  {
    name: 'retry-takes-what-was-stored',
    breaks: 'of a message that was taken in part, a retry takes the rest alone',
    edits: [
      {
        file: 'ingest/line/retry.ts',
        from: 'wanted: (path) => isWithin(path, reason.path),',
        to: 'wanted: () => true,',
      },
    ],
    tests: [RETRY],
  },
  {
    name: 'one-read-takes-its-group',
    breaks: 'an entry that could be read takes none that could not along',
    edits: [
      {
        file: 'ingest/stores/ledger/write-quarantine.ts',
        from: 'AND closed_at IS NULL AND read >= seen',
        to: 'AND closed_at IS NULL AND read >= 0',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'discard-without-audit',
    breaks: 'who discarded something stands in the journal',
    edits: [
      {
        file: 'ingest/stores/ledger/write-batch.ts',
        from: '...quarantineChanges.map(({ audit }) => audit),',
        to: '',
      },
    ],
    tests: [RETRY],
  },
  {
    name: 'binding-without-audit',
    breaks: 'who bound something stands in the journal',
    edits: [
      {
        file: 'ingest/stores/ledger/write-batch.ts',
        from: '...registryChanges.flatMap(({ audits }) => audits),',
        to: '',
      },
    ],
    tests: [BIND],
  },
  {
    name: 'quarantine-without-bound',
    breaks: 'a device that sends garbage for days fills no disk',
    edits: [
      {
        file: 'ingest/stores/ledger/write-quarantine.ts',
        from: 'while (rows > FIRST_KEPT + NEWEST_KEPT || bytes > GROUP_BYTES) {',
        to: 'while (rows > Infinity) {',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'strangers-fill-the-refusals',
    breaks: 'what a stranger makes up takes a few rows',
    edits: [
      {
        file: 'ingest/live/refusal-book.ts',
        from: '(strangersOf.get(network) ?? 0) >= ROWS_OF_ONE_ADDRESS',
        to: '(strangersOf.get(network) ?? 0) >= 1e9 * ROWS_OF_ONE_ADDRESS',
      },
      {
        file: 'ingest/live/refusal-book.ts',
        from: 'makeRoom((other) => other.device === null, STRANGER_ROWS);',
        to: 'makeRoom((other) => other.device === null, 1e9 * STRANGER_ROWS);',
      },
    ],
    tests: [BOOK],
  },
  {
    name: 'refusals-outlive-the-connection',
    breaks: 'what kept a device out is over when it connects',
    edits: [
      {
        file: 'ingest/live/refusal-book.ts',
        from: 'if (who.site === site && who.device === device) remove(row.key);',
        to: 'if (who.site === device && who.device === site) remove(row.key);',
      },
    ],
    tests: [BOOK],
  },
  {
    name: 'refusals-of-another-site',
    breaks: 'a site does not see who was refused at another',
    edits: [
      {
        file: 'ingest/live/refusal-book.ts',
        from: 'return who.site === null || who.site === site ?',
        to: "return who.site === null || site !== '' ?",
      },
    ],
    tests: [BOOK],
  },
  {
    name: 'import-overwritten-by-a-binding',
    breaks: 'a binding does not undo what another process imported meanwhile',
    edits: [
      {
        file: 'ingest/stores/ledger/write-registry.ts',
        from: "if (revisionOf.get(registry.site)?.['revision'] !== revision)",
        to: 'if (revisionOf.get(registry.site) === undefined || revision < 0)',
      },
    ],
    tests: [KEPT, BIND],
  },
  {
    name: 'swap-leaves-the-old-sensor-bound',
    breaks: 'the binding that another replaces ends',
    edits: [
      {
        file: 'ingest/standards/binding-change.ts',
        from: 'one === replaced ? { ...one, until: start } : one',
        to: 'one === replaced ? { ...one, since: start } : one',
      },
    ],
    tests: [BIND],
  },
  {
    name: 'bound-from-the-first-without-history',
    breaks: 'bound from its first reading, a metric brings its history',
    edits: [
      {
        file: 'ingest/line/bind.ts',
        from: "const copied = own === undefined || body.from === 'now' ?",
        to: "const copied = own === undefined || body.from !== 'now' ?",
      },
    ],
    tests: [BIND],
  },
  {
    name: 'offset-forgotten-by-a-restart',
    breaks: 'what was learned of a clock outlives a restart',
    edits: [
      {
        file: 'ingest/line/device-clock.ts',
        from: '{ ...EMPTY_CLOCK, offset, wrong: true }',
        to: '{ ...EMPTY_CLOCK, offset: 0 * offset, wrong: true }',
      },
    ],
    tests: ['test/ingest/line/clock-restart.test.ts'],
  },
  {
    name: 'anybody-binds',
    breaks: 'a binding takes an administrator',
    edits: [
      {
        file: 'dashboard/server/routes/devices.ts',
        from: "config: { access: 'administrator' }, schema: { operationId: 'bind',",
        to: "config: { access: 'viewer' }, schema: { operationId: 'bind',",
      },
    ],
    tests: [ROUTES],
  },
];
