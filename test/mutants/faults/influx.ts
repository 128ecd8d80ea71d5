import type { Mutant } from '../mutant.ts';

const CONTRACT = 'test/ingest/stores/influx/contract.test.ts';
const WRITING = 'test/ingest/stores/influx/writing.test.ts';
const FINDING = 'test/ingest/stores/influx/finding.test.ts';
const BUCKET = 'ingest/stores/influx/bucket.ts';
const LINES = 'ingest/stores/influx/lines.ts';
const DELIVER = 'ingest/stores/influx/deliver.ts';

/** How readings go to InfluxDB and come back. */
export const INFLUX_FAULTS: readonly Mutant[] = [
  {
    name: 'influx-rejected-takes-its-line',
    breaks: 'of a line that is rejected for one field the other readings are written',
    edits: [
      {
        file: DELIVER,
        from: 'const good = line.parts.filter((part) => !bad.includes(part));',
        to: 'const good: Part[] = [];',
      },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-gateway-rejects',
    breaks: 'what stands in front of InfluxDB and answers 400 costs no reading',
    edits: [
      {
        file: 'ingest/stores/influx/rejection.ts',
        from: 'return wordsOf(body) !== undefined;',
        to: 'return body !== undefined;',
      },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-rounds',
    breaks: 'values come back to the bit',
    edits: [
      {
        file: 'ingest/stores/influx/escape.ts',
        from: "Object.is(value, -0) ? '-0' : String(value)",
        to: 'String(Number(value.toPrecision(15)))',
      },
    ],
    tests: [CONTRACT],
  },
  {
    name: 'influx-error-is-no-data',
    breaks: 'an error inside a 200 is no empty answer',
    edits: [
      {
        file: 'ingest/stores/influx/queries.ts',
        from: 'if (error !== undefined) throw new InfluxFailed(`InfluxDB cannot',
        to: "if (error === '') throw new InfluxFailed(`InfluxDB cannot",
      },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-names-unescaped',
    breaks: 'no name ends its own quotation',
    edits: [
      {
        file: 'ingest/stores/influx/escape.ts',
        from: "return `'${text.replace(/[\\\\'\\n]/g, inQuery)}'`;",
        to: "return `'${text}'`;",
      },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-old-area-wins',
    breaks: 'where two areas hold one time, the one where the point is now wins',
    edits: [{ file: 'ingest/stores/influx/queries.ts', from: 'own(a) - own(b)', to: 'own(b) - own(a)' }],
    tests: [WRITING],
  },
  {
    name: 'influx-refused-for-ever',
    breaks: 'after a refusal it is looked whether somebody mended it',
    edits: [
      {
        file: 'ingest/stores/influx/server.ts',
        from: '    destination = undefined;\n  }',
        to: '    void destination;\n  }',
      },
    ],
    tests: [FINDING],
  },
  {
    name: 'influx-trusts-anybody',
    breaks: 'a server whose certificate nobody vouches for gets no reading and no token',
    edits: [
      {
        file: 'ingest/stores/influx/wire.ts',
        from: '(secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets })',
        to: '(secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets, ...{ rejectUnauthorized: false } })',
      },
    ],
    tests: ['test/deploy/influx-https.test.ts'],
  },
  {
    name: 'influx-org-by-name-only',
    breaks: 'INFLUX_ORG takes an id',
    edits: [{ file: BUCKET, from: 'return ask({ orgID: org });', to: 'throw error;' }],
    tests: [FINDING],
  },
  {
    name: 'influx-mapping-without-words',
    breaks: 'a name that InfluxQL finds another bucket under says what an administrator has to run',
    edits: [{ file: BUCKET, from: 'if (other !== undefined)', to: "if (other?.id === '')" }],
    tests: [FINDING],
  },
  {
    name: 'influx-says-nobody-may-create',
    breaks: 'where nobody tried to create a bucket that is not said',
    edits: [
      {
        file: BUCKET,
        from: 'throw notThere(settings, unread);',
        to: "throw notThere(settings, 'and it may not create it');",
      },
    ],
    tests: [FINDING],
  },
  {
    name: 'influx-read-only-without-words',
    breaks: 'a right to read alone is told with the setting whose right is lacking',
    edits: [
      {
        file: 'ingest/stores/influx/server.ts',
        from: 'if (!(error instanceof InfluxFailed) || error.status !== 403) return error;',
        to: 'if (!(error instanceof InfluxFailed) || error.status !== 999) return error;',
      },
    ],
    tests: [FINDING],
  },
  {
    name: 'influx-invalid-is-out-of-reach',
    breaks: 'what answers and is no InfluxDB is not shown as out of reach',
    edits: [{ file: 'ingest/consume.ts', from: "const isInvalid = trouble === 'invalid' ||", to: 'const isInvalid =' }],
    tests: ['test/ingest/stores/influx/invalid.test.ts'],
  },
  {
    name: 'influx-leaves-an-old-quality',
    breaks: 'a reading that replaces another of its time says all, so that nothing of that one stays',
    edits: [{ file: LINES, from: 't > bareAfter && t > style.newest', to: 't > bareAfter' }],
    tests: [WRITING, CONTRACT],
  },
  {
    name: 'influx-forgets-who-wrote-before',
    breaks: 'after a start what may replace a reading of before says all',
    edits: [
      {
        file: 'ingest/stores/influx/overlap.ts',
        from: 'return ahead.flatMap',
        to: 'if (began > 0) return began;\n    return ahead.flatMap',
      },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-early-is-on-time',
    breaks: 'a receipt before the source time, or long after it, is kept',
    edits: [{ file: LINES, from: 'delay < 0 || delay > ON_TIME', to: 'delay > ON_TIME' }],
    tests: [WRITING],
  },
  {
    name: 'influx-overtakes-what-failed',
    breaks: 'no batch is sent behind one that failed: the older of two readings would be the last to be written',
    edits: [
      { file: 'ingest/stores/influx/influx.worker.ts', from: 'attempt === failedAttempt', to: 'failedAttempt === -1' },
    ],
    tests: [WRITING],
  },
  {
    name: 'influx-decimals-rounded',
    breaks: 'a number with more decimals than sensors give is written to the bit',
    edits: [
      {
        file: 'ingest/stores/influx/digits.ts',
        from: 'if (scaled / power !== size) continue;',
        to: 'if (scaled / power !== size && decimals < 3) continue;',
      },
    ],
    tests: [CONTRACT],
  },
];
