import type { Mutant } from '../mutant.ts';

const GOLDEN = 'test/ingest/decoders/golden.test.ts';
const QUARANTINE = 'test/ingest/decoders/quarantine.test.ts';
const SOURCE_TIME = 'test/ingest/quality/source-time.test.ts';
const ASSESS = 'test/ingest/quality/assess.test.ts';

/** Decoders, and what of their readings is believed. */
export const INPUT_FAULTS: readonly Mutant[] = [
  {
    name: 'bad-value-takes-its-neighbours',
    breaks: 'one bad value never takes its good neighbours with it',
    edits: [
      {
        file: 'ingest/decoders/readings.ts',
        from: 'if (value !== undefined) values.push(value);',
        to: 'if (value === undefined) return undefined;\n    values.push(value);',
      },
    ],
    tests: [GOLDEN],
  },
  {
    name: 'bad-element-takes-its-array',
    breaks: 'one bad element never takes the others of its array with it',
    edits: [
      {
        file: 'ingest/decoders/elements.ts',
        from: 'if (isRecord(item)) elements.push({ path, record: item });',
        to: 'if (isRecord(item)) elements.push({ path, record: item });\n    else if (elements.splice(0).length < 0) return;',
      },
    ],
    tests: [GOLDEN],
  },
  {
    name: 'numbers-as-text-are-cast',
    breaks: 'nothing but a JSON number is a number',
    edits: [
      {
        file: 'ingest/decoders/readings.ts',
        from: "if (typeof given !== 'number' || !Number.isFinite(given)) {",
        to: "if (typeof given === 'string' && given !== '' && Number.isFinite(Number(given))) return { key, metric, channel, value: rounded(metric, Number(given)) };\n  if (typeof given !== 'number' || !Number.isFinite(given)) {",
      },
    ],
    tests: [GOLDEN],
  },
  {
    name: 'quarantine-keeps-payloads-of-events',
    breaks: 'of an unreadable event only size and key names are kept',
    edits: [{ file: 'ingest/decoders/quarantine.ts', from: 'const kept = isEvent ? null :', to: 'const kept =' }],
    tests: [QUARANTINE],
  },
  {
    name: 'reasons-quote-events',
    breaks: 'the reason for which an event is refused quotes nothing of it',
    edits: [
      {
        file: 'ingest/decoders/events.ts',
        from: 'const CONFIDENTIAL = { confidential: true } as const;',
        to: 'const CONFIDENTIAL = { confidential: false } as const;',
      },
    ],
    tests: [GOLDEN],
  },
  {
    name: 'clock-ahead-keeps-its-own-time',
    breaks: 'a reading of a clock that is ahead is dated by receipt and judged',
    edits: [
      {
        file: 'ingest/quality/source-time.ts',
        from: '|| time > latest) return BY_RECEIPT;',
        to: ') return BY_RECEIPT;',
      },
    ],
    tests: [SOURCE_TIME],
  },
  {
    name: 'backlog-judges-now',
    breaks: 'a backlog judges nothing live',
    edits: [
      {
        file: 'ingest/quality/source-time.ts',
        from: "receipt - tolerance.back ? 'backfill' : 'live'",
        to: "receipt - tolerance.back ? 'live' : 'live'",
      },
    ],
    tests: [SOURCE_TIME],
  },
  {
    name: 'older-readings-of-a-message-judge',
    breaks: 'of several readings in one message only the newest judges',
    edits: [
      {
        file: 'ingest/quality/source-time.ts',
        from: 'judges: one === newest && isNewer,',
        to: "judges: one.verdict === 'live' && isNewer,",
      },
    ],
    tests: [SOURCE_TIME],
  },
  {
    name: 'offset-is-learned-once',
    breaks: 'the offset of a clock is learned anew when it changes',
    edits: [
      {
        file: 'ingest/quality/source-time.ts',
        from: 'const offset = isWithin(difference, tolerance) ? null : difference;',
        to: 'const offset = memory.offset ?? (isWithin(difference, tolerance) ? null : difference);',
      },
    ],
    tests: [SOURCE_TIME],
  },
  {
    name: 'clock-that-stands-still-is-believed',
    breaks: 'a claimed time that stands still is dated by receipt',
    edits: [{ file: 'ingest/quality/source-time.ts', from: 'if (claimed === stuck || time', to: 'if (time' }],
    tests: [SOURCE_TIME],
  },
  {
    name: 'wall-clock-set-back-blinds',
    breaks: 'a wall clock of ours that was set back blinds nothing',
    edits: [
      {
        file: 'ingest/quality/source-time.ts',
        from: 'newest: setBack ? null : before.newest',
        to: 'newest: before.newest',
      },
    ],
    tests: [SOURCE_TIME],
  },
  {
    name: 'sentinels-are-believed',
    breaks: 'what a probe sends instead of a measurement is bad',
    edits: [
      {
        file: 'ingest/quality/assess.ts',
        from: "!isExpected)) return bad('sentinel');",
        to: '!isExpected)) return GOOD;',
      },
    ],
    tests: [ASSESS],
  },
  {
    name: 'spikes-are-good',
    breaks: 'a value that leaps away from its neighbours is suspect',
    edits: [{ file: 'ingest/quality/assess.ts', from: "isSpike ? suspect('spike') : otherwise;", to: 'otherwise;' }],
    tests: [ASSESS],
  },
  {
    name: 'frozen-probes-are-good',
    breaks: 'a frozen value is not taken for a measurement',
    edits: [
      {
        file: 'ingest/quality/flatline.ts',
        from: '>= window, unchangedSince, step }',
        to: '< 0, unchangedSince, step }',
      },
    ],
    tests: [ASSESS],
  },
];
