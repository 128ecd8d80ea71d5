import type { Mutant } from '../mutant.ts';

const ALARMS = 'test/ingest/line/alarms.test.ts';
const USUAL = 'test/ingest/line/usual-way.property.test.ts';
const ROW = 'test/ingest/line/usual.property.test.ts';

export const USUAL_FAULTS: readonly Mutant[] = [
  {
    name: 'usual-way-whatever-is-raised',
    breaks: 'a reading like nearly all is taken the short way only where nothing is raised, delayed or in doubt',
    edits: [
      {
        file: 'ingest/line/usual.ts',
        from: 'if (!there.calm.keeps(world, value, scene.at)) return false;',
        to: '',
      },
    ],
    tests: [ALARMS, USUAL],
  },
  {
    name: 'usual-way-by-the-mode-of-another-area',
    breaks: 'each point of a message is judged by the mode of its own area',
    edits: [
      {
        file: 'ingest/line/usual.ts',
        from: 'if (scene.area !== there.area) {',
        to: 'if (scene.area === undefined) {',
      },
    ],
    tests: [USUAL],
  },
  {
    name: 'usual-way-for-a-battery',
    breaks: 'a battery is shown with its device',
    edits: [{ file: 'ingest/line/usual.ts', from: " || metric === 'battery') return false;", to: ') return false;' }],
    tests: [USUAL],
  },
  {
    name: 'usual-way-for-a-spike',
    breaks: 'a value far from the one before it is doubted, also where it comes as nearly all do',
    edits: [
      {
        file: 'ingest/quality/usual.ts',
        from: 'if (isNeighbour && Math.abs(value - memory.value) > SPIKE) return false;',
        to: 'void SPIKE;',
      },
    ],
    tests: [ROW],
  },
  {
    name: 'usual-way-forgets-the-sample-before',
    breaks: 'the short way leaves what the long way would',
    edits: [
      {
        file: 'ingest/line/usual-row.ts',
        from: 'rows[at + BEFORE] = isNeighbour ? memory.value : NONE;',
        to: 'rows[at + BEFORE] = NONE;',
      },
    ],
    tests: [ROW],
  },
  {
    name: 'usual-way-back-in-time',
    breaks: 'what came late is assessed alone',
    edits: [
      {
        file: 'ingest/line/usual-row.ts',
        from: ' || !(sourceTime > cell(rows, at + ASSESSED_TIME))',
        to: '',
      },
    ],
    tests: [ROW],
  },
  {
    name: 'batch-forgets-all-but-the-newest-of-a-series',
    breaks: 'a repeat within one batch is stored once',
    edits: [
      {
        file: 'ingest/line/batch-arrivals.ts',
        from: 'while (row !== NONE && this.#rows[row * ROW + TIME] !== t) row = this.#before[row] ?? NONE;',
        to: 'if (this.#rows[row * ROW + TIME] !== t) return NONE;',
      },
    ],
    tests: ['test/ingest/line/batch-arrivals.property.test.ts'],
  },
];
