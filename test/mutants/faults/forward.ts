import type { Mutant } from '../mutant.ts';

const FORWARDER = 'ingest/stores/forward/forwarder.ts';
const RELEASE = 'ingest/stores/forward/release.ts';
const FORWARD = 'test/ingest/stores/forward/forwarder.test.ts';
const PARTS = 'test/ingest/stores/forward/parts.test.ts';
const FIGURES = 'test/integration/influx-figures.test.ts';
const OUTAGES = 'test/ingest/stores/forward/outages.test.ts';

/** What a store outside takes over, and what it must not cost. */
export const FORWARD_FAULTS: readonly Mutant[] = [
  {
    name: 'forward-forgets-before-the-answer',
    breaks: 'an arrival waits until the server said that it holds it',
    edits: [
      {
        file: FORWARDER,
        from: 'const { written, lines, rejected, tooOld, took } = await sending.written;',
        to: 'sender.done({ written: 0, lines: 0 });\n      const { written, rejected, tooOld, took } = await sending.written;',
      },
      { file: FORWARDER, from: '      sender.done({ written, lines });\n      cursors', to: '      cursors' },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-cursor-runs-ahead',
    breaks: 'the cursor moves after the server said that it holds a batch',
    edits: [
      {
        file: FORWARDER,
        from: 'const { written, lines, rejected, tooOld, took } = await sending.written;',
        to: "cursors.moved('arrivals', batch.lastSeq);\n      const { written, lines, rejected, tooOld, took } = await sending.written;",
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-drops-what-is-refused',
    breaks: 'a refused batch is kept until somebody mended the right or the bucket',
    edits: [
      {
        file: FORWARDER,
        from: '      throw error;\n    } finally {\n      stepped();',
        to: "      if (troubleOf(error) === 'refused') queue.drop(batch.count);\n      throw error;\n    } finally {\n      stepped();",
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-drops-neighbours-of-the-rejected',
    breaks: 'one rejected reading never takes its good neighbours with it',
    edits: [
      {
        file: 'ingest/stores/influx/deliver.ts',
        from: 'wait(ordered.slice(middle), ordered.slice(0, middle));',
        to: 'wait(ordered.slice(0, middle));',
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-hides-the-rejected',
    breaks: 'what the server rejects stands in the quarantine with its words',
    edits: [
      {
        file: 'ingest/stores/forward/cursors.ts',
        from: 'if (entries.length > 0) await',
        to: 'if (entries.length < 0) await',
      },
    ],
    tests: [FORWARD, 'test/integration/influx.test.ts'],
  },
  {
    name: 'forward-asks-before-its-time',
    breaks: 'a server that asks for patience is given it',
    edits: [
      {
        file: 'ingest/stores/forward/retry.ts',
        from: 'return Math.max(wait, Math.min(asked, LONGEST));',
        to: 'void asked;\n  void LONGEST;\n  return wait;',
      },
    ],
    tests: [FORWARD, PARTS],
  },
  {
    name: 'forward-lets-the-tail-go-unforwarded',
    breaks: 'what no store holds stays in tail and log, however old it is',
    edits: [
      {
        file: RELEASE,
        from: 'crowd: CROWD, all, upTo, limit: SLICE',
        to: 'crowd: CROWD, all, upTo: Infinity, limit: SLICE',
      },
      {
        file: RELEASE,
        from: 'tail.countUpTo(hour, upTo)',
        to: 'tail.countUpTo(hour, Infinity)',
      },
      { file: RELEASE, from: 'Math.min(tail.trimPoint(), upTo)', to: 'tail.trimPoint()' },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-to-another-begins-in-the-middle',
    breaks: 'another server gets all that the log still holds',
    edits: [
      {
        file: 'ingest/stores/forward/cursors.ts',
        from: 'if (kept?.target === target)',
        to: 'if (kept !== undefined)',
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-rejects-in-silence',
    breaks: 'a field that is rejected again and again is an alarm',
    edits: [
      {
        file: 'ingest/stores/forward/rejections.ts',
        from: 'for (const { why } of standing.values()) return why;',
        to: '',
      },
    ],
    tests: [FORWARD, PARTS],
  },
  {
    name: 'forward-any-reading-ends-a-rejection',
    breaks: 'a field counts as rejected until a later reading of the same field passes',
    edits: [
      {
        file: 'ingest/stores/forward/rejections.ts',
        from: 'if (t > (standing.get(field)?.t ?? Infinity)) standing',
        to: 'if (t !== (standing.get(field)?.t ?? t)) standing',
      },
    ],
    tests: [PARTS],
  },
  {
    name: 'forward-late-request-wins',
    breaks: 'a request that was given up and carried out late leaves no older value behind',
    edits: [
      {
        file: 'ingest/stores/forward/retry.ts',
        from: "error instanceof InfluxFailed && error.trouble !== 'refused'",
        to: "error instanceof InfluxFailed && error.trouble === 'refused'",
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-lets-go-of-what-is-in-doubt',
    breaks: 'what a request in doubt carried stays at hand until it is over',
    edits: [
      {
        file: FORWARDER,
        from: 'Math.min(forwarded, doubts.keepsFrom())',
        to: 'forwarded',
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-believes-that-nothing-was-under-way-before',
    breaks: 'what a process that was killed had under way leaves no older value behind',
    edits: [{ file: FORWARDER, from: 'if (tail.newestSeq() > 0)', to: 'if (tail.newestSeq() < 0)' }],
    tests: [OUTAGES],
  },
  {
    name: 'forward-looks-at-the-first-part-of-a-doubt',
    breaks: 'of all that a request in doubt carried, what was replaced is sent again',
    edits: [
      {
        file: 'ingest/stores/forward/doubts.ts',
        from: 'after < first.upto ? [{ ...first, after }, ...others] : others',
        to: 'after < 0 ? [{ ...first, after }, ...others] : others',
      },
    ],
    tests: [PARTS],
  },
  {
    name: 'forward-lets-the-oldest-doubt-go',
    breaks: 'however many requests are in doubt, none of them leaves an older value behind',
    edits: [
      {
        file: 'ingest/stores/forward/doubts.ts',
        from: 'after: Math.min(first.after, second.after),\n          upto: Math.max(first.upto, second.upto),',
        to: 'after: second.after,\n          upto: second.upto,',
      },
    ],
    tests: [PARTS],
  },
  {
    name: 'forward-misses-events-in-silence',
    breaks: 'events that were past their time before they could be sent are counted',
    edits: [
      {
        file: 'ingest/stores/forward/record-stream.ts',
        from: 'first.id - after - 1 : 0',
        to: '0 : 0',
      },
    ],
    tests: [FORWARD],
  },
  {
    name: 'forward-rejects-records-in-silence',
    breaks: 'events that the server rejects are an alarm with its words',
    edits: [
      {
        file: FORWARDER,
        from: 'recordRejections.note(sent.records, sent.rejected, clock.now().mono);',
        to: '',
      },
    ],
    tests: [FORWARD, FIGURES],
  },
  {
    name: 'forward-any-record-ends-a-rejection',
    breaks: 'a field of records counts as rejected until a later record that has it passes',
    edits: [
      {
        file: 'ingest/stores/forward/rejections.ts',
        from: '`${measurement} ${Object.keys(fields).sort().join()}`',
        to: '`${measurement} ${typeof fields}`',
      },
    ],
    tests: [PARTS],
  },
  {
    name: 'forward-old-records-go-uncounted',
    breaks: 'events too old for the server are counted',
    edits: [{ file: 'ingest/consume.ts', from: 'tooOld + outrun', to: 'outrun' }],
    tests: [FORWARD, FIGURES],
  },
  {
    name: 'forward-too-small-a-door-costs-all',
    breaks: 'a 413 to a single short line is no fault of the line',
    edits: [
      {
        file: 'ingest/stores/influx/rejection.ts',
        from: 'status === 413 && lines.length === 1',
        to: 'status === 413 && lines.length === 0',
      },
    ],
    tests: [FORWARD, 'test/ingest/stores/influx/writing.test.ts'],
  },
  {
    name: 'forward-halves-records-one-by-one',
    breaks: 'events with a field of another type are found by the words, not one by one',
    edits: [
      {
        file: 'ingest/stores/influx/rejection.ts',
        from: '(line.parts.length === 0 && recordCarries',
        to: '(line.text === field && recordCarries',
      },
    ],
    tests: ['test/ingest/stores/influx/writing.test.ts'],
  },
  {
    name: 'forward-series-grow-with-events',
    breaks: 'an id of an event is no tag',
    edits: [
      {
        file: 'ingest/stores/forward/records.ts',
        from: 'tags: { site, device, kind: detail.kind },',
        to: 'tags: { site, device, kind: detail.kind, event: eventId },',
      },
    ],
    tests: ['test/ingest/stores/influx/writing.test.ts'],
  },
  {
    name: 'forward-counts-the-rejected-as-written',
    breaks: 'readings that were rejected or too old do not count as written',
    edits: [
      {
        file: FORWARDER,
        from: "onBatch?.({ result: 'written', took, written, tooOld",
        to: "onBatch?.({ result: 'written', took, written: batch.count, tooOld",
      },
    ],
    tests: [FIGURES],
  },
  {
    name: 'forward-sends-bare-to-far',
    breaks: 'what goes to another machine is compressed',
    edits: [
      {
        file: 'ingest/stores/influx/store.ts',
        from: 'isHere(settings.url) ? null : GZIP_FROM',
        to: 'isHere(settings.url) ? GZIP_FROM : null',
      },
    ],
    tests: ['test/ingest/stores/influx/writing.test.ts'],
  },
  {
    name: 'influx-keeps-to-the-retention-it-knew',
    breaks: 'before readings are let go for their age the server is asked whether it keeps more by now',
    edits: [
      {
        file: 'ingest/stores/influx/influx.worker.ts',
        from: 'if (batch.tooOld === 0 ||',
        to: 'if (batch.tooOld >= 0 ||',
      },
    ],
    tests: ['test/ingest/stores/influx/writing.test.ts'],
  },
  {
    name: 'forward-tells-who-it-was',
    breaks: 'of an event only its named fields leave the house',
    edits: [
      {
        file: 'ingest/stores/forward/records.ts',
        from: 'for (const name of EVENT_FIELDS) {',
        to: 'void EVENT_FIELDS;\n  for (const name of Object.keys(known)) {',
      },
    ],
    tests: [PARTS],
  },
  {
    name: 'request-of-as-many-readings-whatever-their-lines',
    breaks: 'a request takes about 5,000 lines',
    edits: [
      {
        file: 'ingest/stores/forward/sender.ts',
        from: 'if (lines > 0) size =',
        to: 'if (lines < 0) size =',
      },
    ],
    tests: ['test/ingest/stores/forward/parts.test.ts'],
  },
];
