import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planNext } from '../../../ingest/notify/plan.ts';
import type { WaitingDelivery } from '../../../ingest/stores/ledger/channels.ts';

/** What an alarm goes through, over and over. */
const COURSE = ['raised', 'acknowledged', 'returned', 'raised_again'] as const;

type Outcome = 'arrives' | 'refused' | 'arrives unheard' | 'lost';

interface Story {
  readonly happenings: readonly number[];
  readonly outcomes: readonly Outcome[];
  readonly room: number;
}

const story: fc.Arbitrary<Story> = fc.record({
  /** Which alarm goes on, one after the other. */
  happenings: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 25 }),
  outcomes: fc.array(fc.constantFrom<Outcome>('arrives', 'refused', 'arrives unheard', 'lost'), { maxLength: 40 }),
  room: fc.integer({ min: 1, max: 4 }),
});

/** Sends after each happening, with an outcome of the story, and to the end with good ones. */
function tell({ happenings, outcomes, room }: Story) {
  let waiting: WaitingDelivery[] = [];
  const steps = new Map<number, number>();
  const refused = new Set<number>();
  const heard: { row: WaitingDelivery; repeat: boolean }[] = [];
  const luck = outcomes.values();
  let messages = 0;

  function send(outcome: Outcome): boolean {
    const plan = planNext(waiting, {
      room,
      blocked: () => false,
      alone: ({ id }) => refused.has(id),
      priorityOf: (alarm) => (alarm % 2 === 0 ? 1 : 4),
    });
    if (plan === undefined) return false;
    const rows = plan.alarms.flat();
    const ids = new Set(rows.map(({ id }) => id));
    messages += plan.message === null ? 1 : 0;
    const message = plan.message ?? `m${messages}`;
    if (outcome === 'arrives' || outcome === 'arrives unheard')
      heard.push(...rows.map((row) => ({ row, repeat: plan.message !== null })));
    const unheard = outcome === 'arrives unheard' || outcome === 'lost';
    if (outcome === 'refused') for (const id of ids) refused.add(id);
    waiting = waiting.flatMap((row) => {
      if (!ids.has(row.id)) return [row];
      return outcome === 'arrives' ? [] : [{ ...row, message, uncertain: row.uncertain || unheard }];
    });
    return true;
  }

  happenings.forEach((alarm, id) => {
    const step = steps.get(alarm) ?? 0;
    steps.set(alarm, step + 1);
    const what = COURSE[step % COURSE.length] ?? 'raised';
    const row = { id, notification: id, site: 'mine', channel: 1, alarm, what, at: id, via: null };
    waiting.push({ ...row, message: null, attempts: 0, uncertain: false, beginningLost: false });
    send(luck.next().value ?? 'arrives');
  });
  for (let turn = 0; turn < 500 && waiting.length > 0; turn += 1) send(luck.next().value ?? 'arrives');
  return { heard, left: waiting.length };
}

test('everything arrives, of each alarm in its order, and what comes twice is marked', () => {
  fc.assert(
    fc.property(story, (given) => {
      const { heard, left } = tell(given);
      expect(left).toBe(0);
      const first = heard.filter(({ row }, at) => heard.findIndex((other) => other.row.id === row.id) === at);
      expect(first.map(({ row }) => row.id).sort((a, b) => a - b)).toEqual(given.happenings.map((_, id) => id));
      for (const { row, repeat } of heard.filter((one) => !first.includes(one)))
        expect([row.id, repeat]).toEqual([row.id, true]);
      for (const rows of Map.groupBy(first, ({ row }) => row.alarm).values()) {
        const ids = rows.map(({ row }) => row.id);
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
