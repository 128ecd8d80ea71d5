import type { Mutant } from '../mutant.ts';

const RANGES = 'test/ingest/history/history.property.test.ts';
const MEMORY = 'test/ingest/history/memory.test.ts';
const OUTSIDE = 'test/ingest/history/influx.test.ts';
const VIEW = 'test/dashboard/client/history-view.test.ts';
const FILES = 'test/dashboard/server/history.test.ts';

const KEPT = 'test/ingest/history/kept.test.ts';
const LET_GO = 'test/ingest/history/let-go.test.ts';

export const HISTORY_FAULTS: readonly Mutant[] = [
  {
    name: 'longer-keeping-brings-readings-back',
    breaks: 'readings that were let go are not called missing when they are to be kept for longer again',
    edits: [
      {
        file: 'ingest/stores/readings/settle.ts',
        from: 'if (forget.run(series, hour).changes > 0) letGo.run(series, hour);',
        to: 'forget.run(series, hour);',
      },
    ],
    tests: [LET_GO],
  },
  {
    name: 'hour-at-the-border-is-computed-from-half',
    breaks: 'an hour is never computed anew when the value that it begins with was let go',
    edits: [
      {
        file: 'ingest/history/roller.ts',
        from: 'Math.floor(since / HOUR) + 1',
        to: 'Math.floor(since / HOUR)',
      },
    ],
    tests: [LET_GO],
  },
  {
    name: 'outside-letting-go-is-forgotten',
    breaks: 'what InfluxDB let go stays known when its retention grows',
    edits: [
      {
        file: 'ingest/start.ts',
        from: 'if (there !== null) await options.rollups?.letGo(at - there);',
        to: 'await Promise.resolve(there);',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'bad-value-that-holds-is-missing',
    breaks: 'a bad value is called bad as long as it holds, also where no reading came',
    edits: [
      {
        file: 'dashboard/client/history/HistoryChart.vue',
        from: '(series.bad[index] ?? 0) > 0 || bad !== null',
        to: 'bad !== null',
      },
    ],
    tests: ['test/browser/history.test.ts'],
  },
  {
    name: 'bad-stretch-fills-its-buckets',
    breaks: 'a bad stretch is drawn as long as it lasted',
    edits: [
      {
        file: 'dashboard/client/history/spans.ts',
        from: 'const length = Math.min(held * 1_000, stop - start);',
        to: 'const length = stop - start;',
      },
    ],
    tests: [VIEW],
  },
  {
    name: 'suspect-value-ends-with-its-bucket',
    breaks: 'a suspect value is drawn as long as it held',
    edits: [
      {
        file: 'dashboard/client/history/spans.ts',
        from: '(seconds > 0 ? held : null)',
        to: 'null',
      },
    ],
    tests: [VIEW],
  },
  {
    name: 'expired-range-asks-for-readings',
    breaks: 'a range older than readings are kept is told by hours',
    edits: [
      {
        file: 'ingest/history/resolution.ts',
        from: 'range > rawUpTo || from < rawSince ? HOUR',
        to: 'range > rawUpTo || to < rawSince ? HOUR',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'expired-hours-cut-in-parts',
    breaks: 'an hour whose readings are gone is told whole',
    edits: [
      {
        file: 'ingest/history/history.ts',
        from: 'edgesOf(wholeHours(span, since), width)',
        to: 'edgesOf(span, width)',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'expired-hour-computed-from-nothing',
    breaks: 'a late reading that the store has no room for leaves the hour as it is',
    edits: [
      {
        file: 'ingest/start.ts',
        from: '(options.influx === undefined ? retention : keptBy(options.influx.server(), retention))',
        to: 'retention',
      },
      {
        file: 'ingest/start.ts',
        from: 'if (there !== null) await options.rollups?.letGo(at - there);',
        to: 'void [at, there];',
      },
    ],
    tests: [KEPT],
  },
  {
    name: 'history-spoilt-hours-stay-missing',
    breaks: 'hours that a disk has spoilt are computed again from the readings',
    edits: [
      {
        file: 'ingest/stores/readings/rollups.ts',
        from: "await write({ op: 'again', days });",
        to: '',
      },
    ],
    tests: ['test/ingest/history/memory.test.ts'],
  },
  {
    name: 'late-readings-leave-their-hour',
    breaks: 'an hour is computed again after any change',
    edits: [
      {
        file: 'ingest/stores/readings/settle.ts',
        from: 'rollups.mark([{ series, hour }]);',
        to: '{ if (!marked.has(`${series}|${hour}`)) rollups.mark([{ series, hour }]); marked.add(`${series}|${hour}`); }',
      },
      {
        file: 'ingest/stores/readings/settle.ts',
        from: 'const rollups = rollupWriter(db);',
        to: 'const rollups = rollupWriter(db); const marked = new Set<string>();',
      },
    ],
    tests: [RANGES],
  },
  {
    name: 'late-readings-end-with-their-hour',
    breaks: 'the later hours that a changed value reaches are computed again',
    edits: [
      {
        file: 'ingest/history/roller.ts',
        from: 'const reach = Math.ceil(frames.reach(name) / HOUR);',
        to: 'const reach = 0;',
      },
    ],
    tests: [RANGES],
  },
  {
    name: 'charts-forget-the-tail',
    breaks: 'no chart has a hole while the store is behind',
    edits: [
      {
        file: 'ingest/history/stretches.ts',
        from: 'for (const hour of [...unsettled, ...changed])',
        to: 'for (const hour of changed)',
      },
    ],
    tests: [RANGES],
  },
  {
    name: 'yesterday-by-todays-limits',
    breaks: 'an hour is judged by the limits of its time',
    edits: [
      {
        file: 'ingest/stores/ledger/registry-versions.ts',
        from: 'known : Math.max(known, at);',
        to: 'known : known;',
      },
    ],
    tests: [MEMORY],
  },
  {
    name: 'no-row-for-a-silent-hour',
    breaks: 'an hour without readings is computed too, and unknown',
    edits: [
      {
        file: 'ingest/history/roller.ts',
        from: 'if (extent.next < end) spans.push({ from: extent.next, to: end });',
        to: '',
      },
    ],
    tests: [MEMORY],
  },
  {
    name: 'a-rewritten-block-as-it-was',
    breaks: 'a chart shows late readings also of hours that somebody looked at before',
    edits: [
      {
        file: 'ingest/stores/readings/decoded-blocks.ts',
        from: 'if (Buffer.compare(known.data, data) === 0) {',
        to: 'if (known.data.length > 0) {',
      },
    ],
    tests: ['test/ingest/stores/readings/sqlite.test.ts'],
  },
  {
    name: 'files-leave-untold',
    breaks: 'whoever takes a range away as a file stands in the journal',
    edits: [
      {
        file: 'dashboard/server/routes/history.ts',
        from: 'await audit?.exported({ site, series, from, to, rows: kind }, signedIn(request).user.username);',
        to: 'signedIn(request);',
      },
    ],
    tests: [FILES],
  },
  {
    name: 'influx-forgets-what-is-not-marked',
    breaks: 'what came while hours were being marked stays in the log until its own hour is marked',
    edits: [
      {
        file: 'ingest/start.ts',
        from: '.then((upTo) => consumer.settleDue(clock.now().wall, upTo))',
        to: '.then(() => consumer.settleDue(clock.now().wall))',
      },
    ],
    tests: [OUTSIDE],
  },
  {
    name: 'influx-marks-no-hour',
    breaks: 'with InfluxDB behind the line, late readings mark their hours to be computed again',
    edits: [
      {
        file: 'ingest/history/start.ts',
        from: 'if (marksItself) return;',
        to: 'return;',
      },
    ],
    tests: [OUTSIDE],
  },
  {
    name: 'closed-hours-fill-as-excursions',
    breaks: 'what lies beyond a limit is filled only while the limit was in force',
    edits: [
      {
        file: 'dashboard/client/history/excursions.ts',
        from: 'if (start < from || stop > to) continue;',
        to: 'if (stop <= from || start >= to) continue;',
      },
    ],
    tests: [VIEW],
  },
  {
    name: 'history-silent-about-our-downtime',
    breaks: 'a chart says of a gap that this system did not run',
    edits: [
      {
        file: 'dashboard/client/history/HistoryChart.vue',
        from: 'covers(course.downtimes, at)',
        to: 'covers([], at)',
      },
    ],
    tests: ['test/dashboard/client/history.test.ts'],
  },
];
