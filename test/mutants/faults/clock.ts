import type { Mutant } from '../mutant.ts';

const STEPS = 'test/ingest/line/host-step.test.ts';

export const CLOCK_FAULTS: readonly Mutant[] = [
  {
    name: 'steps-of-our-clock-are-followed-at-once',
    breaks: 'a clock of ours that was set wrong blinds nothing and blames no device',
    edits: [{ file: 'ingest/steady-clock.ts', from: 'kept ??= before;', to: 'kept = offset;' }],
    tests: [STEPS],
  },
  {
    name: 'devices-are-no-witnesses-of-our-clock',
    breaks: 'devices whose times go on say that our clock is wrong',
    edits: [
      {
        file: 'ingest/line/message.ts',
        from: 'if (world.distrustedSince !== null || world.heldStep() !== null) hearWitness(context, decoded);',
        to: 'if (world.heldStep()?.ms === 0) hearWitness(context, decoded);',
      },
    ],
    tests: [STEPS],
  },
  {
    name: 'one-device-moves-our-clock',
    breaks: 'a device whose clock was wrong before does not decide alone that ours is right',
    edits: [
      { file: 'ingest/line/host-step.ts', from: 'return follow > stay + unheard;', to: 'return follow > unheard;' },
    ],
    tests: [STEPS],
  },
  {
    name: 'learned-offsets-stay-behind-a-step',
    breaks: 'what is known of a wrong clock moves with a step of ours',
    edits: [
      {
        file: 'ingest/line/host-watch.ts',
        from: 'if (followed.moves) moveOffsets(world, followed, now);',
        to: 'void moveOffsets;',
      },
    ],
    tests: [STEPS],
  },
  {
    name: 'future-commit-outlives-its-clock',
    breaks: 'after a boot in the future nothing waits for the commits of then',
    edits: [{ file: 'ingest/line/host-watch.ts', from: 'if (followed.spoken) believe(world, now);', to: '' }],
    tests: [STEPS],
  },
  {
    name: 'start-forgets-that-our-clock-is-wrong',
    breaks: 'a start while our clock is wrong is no reason to believe it',
    edits: [{ file: 'ingest/start.ts', from: 'resumeStep(clock, state);', to: 'void resumeStep;' }],
    tests: [STEPS],
  },
];
