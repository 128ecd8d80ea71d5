import { expect, test } from 'vitest';
import { difference, planDay } from '../../../../ingest/stores/copy/day.ts';
import { reading, START } from '../fixtures/rows.ts';

test('what is there without its receipt, as it came on time, stays beside what may have come before it', () => {
  const onTime = (value: number) => reading(START, value, { receivedAt: START });
  const at = (delay: number, value: number) => reading(START, value, { receivedAt: START + delay });
  const plan = (source: ReturnType<typeof at>, target: ReturnType<typeof at>) => {
    const { write, newer } = planDay([source], [target]);
    return write.length > 0 ? 'written' : newer > 0 ? 'newer' : 'there';
  };
  expect([plan(at(40, 1), onTime(1)), plan(at(5_000, 1), onTime(1))]).toEqual(['there', 'there']);
  expect([plan(at(40, 2), onTime(1)), plan(at(5_000, 2), onTime(1))]).toEqual(['newer', 'newer']);
  // It came after anything that is on time, or before it.
  expect([plan(at(5_001, 2), onTime(1)), plan(at(-1, 1), onTime(1))]).toEqual(['written', 'newer']);
  expect([plan(at(40, 2), at(30, 1)), plan(at(40, 2), at(50, 1))]).toEqual(['written', 'newer']);
  expect([difference([at(40, 1)], [onTime(1)]), difference([at(40, 1)], [])]).toEqual([[], [at(40, 1)]]);
});
