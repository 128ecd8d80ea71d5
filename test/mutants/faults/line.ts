import type { Mutant } from '../mutant.ts';

const STORING = 'test/ingest/line/storing.test.ts';
const RESTART = 'test/ingest/line/restart.test.ts';
const SILENCE = 'test/ingest/line/silence.test.ts';
const ALARMS = 'test/ingest/line/alarms.test.ts';
const DOORS = 'test/ingest/line/doors.test.ts';
const ORDER = 'test/ingest/line/commit-order.test.ts';
const INPUT = 'test/ingest/line/imperfect-input.test.ts';

export const LINE_FAULTS: readonly Mutant[] = [
  {
    name: 'line-acknowledges-what-it-has-judged',
    breaks: 'a message is acknowledged after its commit',
    edits: [
      {
        file: 'ingest/line/message-item.ts',
        from: 'takeMessage(this.#road.world, this.#message, this.#road.rules);',
        to: 'takeMessage(this.#road.world, this.#message, this.#road.rules);\n    this.#committed();',
      },
    ],
    tests: [ORDER],
  },
  {
    name: 'line-draws-the-newest-only',
    breaks: 'what a device kept while it was away fills the line that is drawn of it',
    edits: [
      {
        file: 'ingest/live/sparklines.ts',
        from: 'for (let at = 0; at < readings.length; at += ROW) {',
        to: 'for (let at = readings.length - ROW; at < readings.length; at += ROW) {',
      },
    ],
    tests: ['test/ingest/live/sparklines.test.ts'],
  },
  {
    name: 'line-judges-on-while-somebody-waits',
    breaks: 'a chart does not wait behind a flood',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: '(isHurried() ? SHORT_BATCH_TIME : BATCH_TIME)',
        to: '(isHurried() ? BATCH_TIME : BATCH_TIME)',
      },
      { file: 'ingest/line/line.ts', from: 'const SHORT_BATCH_TIME = 3;', to: '' },
    ],
    tests: ['test/ingest/line/attention.test.ts'],
  },
  {
    name: 'line-announces-before-the-commit',
    breaks: 'screens see committed state only',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'if (!storing) return setAside(judged, batch);',
        to: "if (!storing) return setAside(judged, batch);\n    announce(world.merge('all'));",
      },
    ],
    tests: [ORDER],
  },
  {
    name: 'snapshots-show-what-is-not-committed',
    breaks: 'snapshots see committed state only',
    edits: [
      {
        file: 'ingest/line/table.ts',
        from: 'committed: (key) => cells.get(key)?.committed,',
        to: 'committed: (key) => cells.get(key)?.current(),',
      },
      {
        file: 'ingest/line/series-table.ts',
        from: 'return cell === undefined ? undefined : read(cell.committed, cell);',
        to: 'return cell === undefined ? undefined : current(cell);',
      },
    ],
    tests: [ORDER],
  },
  {
    name: 'refused-batch-leaves-its-traces',
    breaks: 'what could not be committed is forgotten before its parts walk alone',
    edits: [{ file: 'ingest/line/line.ts', from: 'world.rollback(); const [only]', to: 'const [only]' }],
    tests: [STORING],
  },
  {
    name: 'line-acknowledges-what-it-cannot-store',
    breaks: 'while nothing can be committed nothing is acknowledged',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: "const changes = world.merge('nothing'); for (const item of items) item.letGo();",
        to: "const changes = world.merge('nothing');\n    for (const item of items) item.done();",
      },
    ],
    tests: [STORING],
  },
  {
    name: 'line-shows-unstored-values-as-stored',
    breaks: 'what is not stored is marked so',
    edits: [
      {
        file: 'ingest/line/world.ts',
        from: 'else unstored.add(series);',
        to: '',
      },
    ],
    tests: [STORING],
  },
  {
    name: 'alarms-of-an-outage-are-forgotten',
    breaks: 'recovery first commits the alarms that were judged meanwhile',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'if (storing) return; // asked again while the answer was under way if (!(await outage.dispel()) || !(await catchUp())) return;',
        to: 'if (storing) return;\n    committing = true;',
      },
    ],
    tests: [STORING],
  },
  {
    name: 'refused-acknowledgement-counts-all-the-same',
    breaks: 'a command that cannot be stored is refused and changes nothing',
    edits: [{ file: 'ingest/live/acknowledge-desk.ts', from: 'storedOnly: true', to: 'storedOnly: false' }],
    tests: ['test/ingest/line/commands.test.ts'],
  },
  {
    name: 'restart-forgets-alarms',
    breaks: 'a standing alarm stands through a restart',
    edits: [
      {
        file: 'ingest/line/restore.ts',
        from: 'for (const record of state.machines)',
        to: 'for (const record of state.machines.slice(0, 0))',
      },
    ],
    tests: [RESTART],
  },
  {
    name: 'restart-raises-again',
    breaks: 'a restart raises no alarm twice',
    edits: [
      {
        file: 'ingest/line/restore.ts',
        from: 'const machine = { ...record, state: afterRestart(record.state) };',
        to: "const machine = { ...record, state: { ...afterRestart(record.state), phase: 'normal' as const } };",
      },
    ],
    tests: [RESTART],
  },
  {
    name: 'elapsed-delay-is-not-committed',
    breaks: 'the elapsed part of an on-delay is committed with each reading',
    edits: [{ file: 'ingest/line/drive.ts', from: '|| after.on.since !== null || after.off.since !== null', to: '' }],
    tests: [RESTART],
  },
  {
    name: 'tick-unwired',
    breaks: 'delays and staleness end by the clock',
    edits: [{ file: 'ingest/start.ts', from: 'clock.every(TICK, tick),', to: '' }],
    tests: [SILENCE],
  },
  {
    name: 'bad-value-resets-a-delay',
    breaks: 'a bad value is no sample: a running delay goes on',
    edits: [
      {
        file: 'ingest/line/readings.ts',
        from: "if (reading.quality === 'bad') {",
        to: "if (reading.quality === 'bad' && point !== undefined) {\n    judgeValue(world, model, { point, metric: state.series.metric, now, current: { value: 43, quality: 'good', reason: null, sourceTime: reading.sourceTime, receivedAt: now.wall } });\n  }\n  if (reading.quality === 'bad') {",
      },
    ],
    tests: [INPUT],
  },
  {
    name: 'bad-value-is-shown',
    breaks: 'a bad value never takes the place of the last good one',
    edits: [
      {
        file: 'ingest/line/readings.ts',
        from: 'state.bad ??= { since: now.wall, reason: reading.reason };',
        to: "state.bad ??= { since: now.wall, reason: reading.reason };\n    state.current = { value: reading.value, quality: 'suspect', reason: null, sourceTime: reading.sourceTime, receivedAt: now.wall };",
      },
    ],
    tests: [SILENCE],
  },
  {
    name: 'values-never-get-stale',
    breaks: 'a value that is not renewed becomes unknown',
    edits: [
      {
        file: 'ingest/line/series-silence.ts',
        from: 'const isStale = silence !== null &&',
        to: 'const isStale = silence === Infinity &&',
      },
    ],
    tests: [SILENCE],
  },
  {
    name: 'silent-device-raises-each-point',
    breaks: 'one silent device is one alarm',
    edits: [
      {
        file: 'ingest/line/series-silence.ts',
        from: 'if (state !== undefined && state.silent !== null) return null;',
        to: '',
      },
    ],
    tests: [SILENCE],
  },
  {
    name: 'late-event-judges-nothing',
    breaks: 'a forced door alarms however late it is told of',
    edits: [
      {
        file: 'ingest/line/events.ts',
        from: 'judgeDetail(context, detail, event.late);',
        to: 'if (!event.late) judgeDetail(context, detail, event.late);',
      },
    ],
    tests: [DOORS],
  },
  {
    name: 'older-event-undoes-a-newer-one',
    breaks: 'of two events of a kind the one that occurred later counts',
    edits: [
      {
        file: 'ingest/line/events.ts',
        from: 'if (known !== undefined && known.occurredAt > occurredAt) return;',
        to: 'if (known !== undefined && known.occurredAt < 0) return;',
      },
    ],
    tests: [DOORS],
  },
  {
    name: 'events-are-known-by-their-id-alone',
    breaks: 'the same id with other content is another event',
    edits: [{ file: 'ingest/line/events.ts', from: '.update(content)', to: '.update(content.slice(0, 0))' }],
    tests: [DOORS],
  },
  {
    name: 'readings-are-known-by-their-time-alone',
    breaks: 'another value at the same time replaces the first and is counted',
    edits: [
      {
        file: 'ingest/line/readings.ts',
        from: 'if (there === value) return undefined;',
        to: 'if (there !== undefined) return undefined;',
      },
    ],
    tests: [INPUT],
  },
  {
    name: 'repeated-reading-is-stored-again',
    breaks: 'the same reading sent again is stored once',
    edits: [{ file: 'ingest/line/readings.ts', from: 'if (there === value) return undefined;', to: '' }],
    tests: [INPUT],
  },
  {
    name: 'spike-that-was-a-step-stays-suspect',
    breaks: 'a step is good again when the next value confirms it',
    edits: [
      { file: 'ingest/line/readings.ts', from: 'if (regraded !== null) regrade(context, id, regraded);', to: '' },
    ],
    tests: [INPUT],
  },
  {
    name: 'unreadable-message-is-never-acknowledged',
    breaks: 'what cannot be read is quarantined and acknowledged',
    edits: [
      {
        file: 'ingest/line/message-item.ts',
        from: 'this.#passed(this.#outcome); this.#committed();',
        to: 'this.#passed(this.#outcome);\n    if (this.#message.payload.at(0) === 0x7b) this.#committed();',
      },
    ],
    tests: [INPUT],
  },
  {
    name: 'unreadable-message-leaves-no-trace',
    breaks: 'what cannot be read is quarantined with its reason',
    edits: [
      {
        file: 'ingest/line/message.ts',
        from: 'quarantine(world, message, [...decoded.rejected, ...unusable]);',
        to: 'quarantine(world, message, unusable);',
      },
    ],
    tests: [INPUT],
  },
  {
    name: 'stepped-clock-leaves-old-times-ahead',
    breaks: 'a wall clock set back blinds nothing',
    edits: [
      {
        file: 'ingest/line/host-watch.ts',
        from: 'if (followed.step > 0) return;',
        to: 'if (followed.step !== 0) return;',
      },
    ],
    tests: [RESTART],
  },
  {
    name: 'devices-are-blamed-for-our-clock',
    breaks: 'while our own clock is in doubt no device is said to be wrong',
    edits: [
      {
        file: 'ingest/line/host-clock.ts',
        from: 'return distrustedSince === null ? { hostTrusted: true } :',
        to: 'return distrustedSince !== -1 ? { hostTrusted: true } :',
      },
    ],
    tests: [RESTART],
  },
  {
    name: 'scalding-water-is-two-alarms',
    breaks: 'one fault is one alarm',
    edits: [{ file: 'ingest/line/limits.ts', from: 'return !covered && isInForce', to: 'return isInForce' }],
    tests: [ALARMS],
  },
  {
    name: 'short-way-takes-a-key-twice',
    breaks: 'a key that stands twice in one message is rejected',
    edits: [{ file: 'ingest/decoders/usual.ts', from: 'key.met === messages ||', to: '' }],
    tests: ['test/ingest/decoders/native.property.test.ts'],
  },
  {
    name: 'short-way-forgets-a-stuck-clock',
    breaks: 'a claimed time that stands still is dated by receipt',
    edits: [{ file: 'ingest/quality/source-time.ts', from: 'still?.claimed === time ||', to: '' }],
    tests: ['test/ingest/quality/usual-time.property.test.ts'],
  },
  {
    name: 'tail-forgets-an-earlier-time',
    breaks: 'the tail finds a reading that came out of its order',
    edits: [
      {
        file: 'ingest/stores/tail.ts',
        from: 'if (bucket.byTime === undefined && t > bucket.newest)',
        to: 'if (bucket.byTime === undefined)',
      },
    ],
    tests: ['test/ingest/stores/tail.test.ts'],
  },
  {
    name: 'line-outruns-its-store',
    breaks: 'a flood whose batches are more than one step of the store does not fill the log to its cap',
    edits: [{ file: 'ingest/consume.ts', from: 'if (consumer.waiting() <= level) break;', to: 'break;' }],
    tests: ['test/ingest/pace.test.ts'],
  },
  {
    name: 'nobody-is-ever-watching',
    breaks: 'a screen that looks at a site is told of what changes there',
    edits: [
      {
        file: 'ingest/live/announcer.ts',
        from: 'listeners.values().some((watches) => watches(site))',
        to: '[site].length > 1',
      },
    ],
    tests: ['test/ingest/live/watched.test.ts'],
  },
  {
    name: 'calm-outlives-an-alarm',
    breaks: 'what is remembered of a value that keeps its limits ends with the first change of one of its machines',
    edits: [{ file: 'ingest/line/drive.ts', from: 'endCalm(world, watch);', to: '' }],
    tests: ['test/ingest/line/alarms.test.ts'],
  },
  {
    name: 'rolled-back-rows-stay',
    breaks: 'what a failed batch told of a series is forgotten',
    edits: [
      {
        file: 'ingest/line/series-table.ts',
        from: 'release(cell.fresh);\n      cell.fresh = NONE;\n      cell.gone = false;',
        to: 'cell.gone = false;',
      },
    ],
    tests: ['test/ingest/line/series-table.property.test.ts'],
  },
  {
    name: 'standing-priority-of-the-past',
    breaks: 'a standing alarm is as urgent as its rule is now',
    edits: [{ file: 'ingest/line/registry.ts', from: '{ ...alarm, priority, limit }', to: '{ ...alarm, limit }' }],
    tests: ['test/ingest/notify/delivery.test.ts'],
  },
];
