import type { Mutant } from '../mutant.ts';

const LINE = 'test/ingest/line/modes.test.ts';
const STANDARDS = 'test/ingest/standards/modes.test.ts';
const PAST = 'test/ingest/history/modes.test.ts';

export const MODE_FAULTS: readonly Mutant[] = [
  {
    name: 'mode-covers-scald',
    breaks: 'no mode by hand covers a critical standard',
    edits: [
      {
        file: 'ingest/standards/modes.ts',
        from: 'return !critical && COVERED_BY_MODE[mode].includes(applies);',
        to: 'return (critical || !critical) && COVERED_BY_MODE[mode].includes(applies);',
      },
    ],
    tests: [STANDARDS, LINE],
  },
  {
    name: 'mode-forgotten-at-restart',
    breaks: 'a mode by hand outlives a restart',
    edits: [
      {
        file: 'ingest/line/restore.ts',
        from: 'world.modes.set(site, modes);',
        to: 'void [site, modes];',
      },
    ],
    tests: [LINE],
  },
  {
    name: 'mode-answered-before-commit',
    breaks: 'a mode is answered when it is committed, and not before',
    edits: [
      { file: 'ingest/line/mode-desk.ts', from: 'answer = take(given);', to: 'resolve((answer = take(given)));' },
    ],
    tests: [LINE],
  },
  {
    name: 'mode-end-reached-unseen',
    breaks: 'a mode that reaches its end is over by tick',
    edits: [
      {
        file: 'ingest/standards/schedule.ts',
        from: 'return Math.min(instantAfter(changes, at), next < until ? next : Infinity);',
        to: 'return next < at ? next : instantAfter(changes, at);',
      },
    ],
    tests: [LINE, STANDARDS],
  },
  {
    name: 'mode-ignored-in-history',
    breaks: 'time in a mode by hand is out of service in history, never out of band',
    edits: [
      {
        file: 'ingest/history/frames.ts',
        from: 'modes: area === null ? [] : modesOf({ site: registry.site, area }, span),',
        to: 'modes: [],',
      },
    ],
    tests: [PAST],
  },
  {
    name: 'mode-reason-on-the-wall',
    breaks: 'a wall says nothing that people typed as a reason',
    edits: [
      {
        file: 'dashboard/server/wall-view.ts',
        from: "byHand: { ...area.byHand, reason: '' }",
        to: 'byHand: { ...area.byHand }',
      },
    ],
    tests: ['test/dashboard/server/wall-view.test.ts'],
  },
];
