import { expect, test } from 'vitest';
import type { Refusal } from '../../../contract/message.ts';
import { createRefusals } from '../../../ingest/live/refusals.ts';
import { DrivenClock } from '../../driven-clock.ts';

function bench() {
  const clock = new DrivenClock();
  const lines: Record<string, unknown>[] = [];
  const refusals = createRefusals({ clock, log: { warn: (fields) => void lines.push(fields) } });
  const refuse = (username: string, address = '10.0.0.1') => {
    const refusal: Refusal = {
      at: clock.now(),
      reason: 'wrong_password',
      clientId: username,
      username,
      address,
      detail: null,
    };
    refusals.note(refusal);
  };
  return { clock, lines, refuse };
}

test('a device that is refused each second is logged at once, then once a minute with its count', () => {
  const { clock, lines, refuse } = bench();
  for (let second = 0; second < 59; second += 1) {
    refuse('mine.pool');
    clock.advance(1_000);
  }
  expect(lines).toMatchObject([{ reason: 'wrong_password', username: 'mine.pool', count: 1 }]);
  clock.advance(1_000);
  expect(lines).toMatchObject([{ count: 1 }, { username: 'mine.pool', count: 58 }]);
});

test('a stranger who tries ten thousand names fills neither the log nor the memory', () => {
  const { clock, lines, refuse } = bench();
  for (let name = 0; name < 10_000; name += 1) refuse(`name${name}`);
  clock.advance(60_000);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toEqual({ count: 9_000 });
});

test('names are cut: a stranger chooses them', () => {
  const { lines, refuse } = bench();
  refuse('x'.repeat(10_000));
  expect(String(lines[0]?.['username'])).toHaveLength(64);
});
