import { describe, expect, test } from 'vitest';
import {
  dateSamples,
  EMPTY_CLOCK,
  firstFree,
  type ClockMemory,
  type Dated,
  type DatingInput,
} from '../../../ingest/quality/source-time.ts';

const NOW = Date.UTC(2026, 10, 25, 4);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const AT_NOW: DatingInput = {
  claimed: [],
  received: NOW,
  mono: 1_000,
  interval: MINUTE,
  tolerance: { back: 5 * MINUTE, ahead: 2 * MINUTE },
  retention: 90 * 24 * HOUR,
  hostTrusted: true,
  lastCommitAt: NOW - 1_000,
};

function dateOne(claimed: number | null, input: Partial<DatingInput> = {}, memory = EMPTY_CLOCK): Dated {
  const [dated] = dateSamples(memory, { ...AT_NOW, ...input, claimed: [claimed] }).dated;
  if (dated === undefined) throw new Error('a sample was lost');
  return dated;
}

interface Watching {
  readonly every?: number;
  readonly messages?: number;
  readonly from?: number;
  readonly memory?: ClockMemory;
  readonly interval?: number | null;
}

/** Sends one message each `every` ms whose time is `claim(ms since the first)`; returns what became of the last. */
function watch(
  claim: (passed: number) => number | null,
  { every = MINUTE, messages = 1, from = 0, memory = EMPTY_CLOCK, interval = every }: Watching = {},
) {
  let dating = dateSamples(memory, { ...AT_NOW, claimed: [] });
  for (let n = 0; n < messages; n += 1) {
    const passed = from + n * every;
    const claimed = [claim(passed)];
    dating = dateSamples(dating.memory, { ...AT_NOW, interval, received: NOW + passed, mono: 1_000 + passed, claimed });
  }
  const [last] = dating.dated;
  if (last === undefined) throw new Error('a sample was lost');
  return { ...dating, last };
}

describe('one reading of a clock that nothing is known of', () => {
  const byReceipt = { verdict: 'live', sourceTime: NOW, byReceipt: true, judges: true };
  const own = (claimed: number) => ({ sourceTime: claimed, byReceipt: false, claimedTime: null });
  const table: readonly (readonly [string, number | null, object])[] = [
    ['without a time is dated by receipt', null, { ...byReceipt, claimedTime: null }],
    ['of this moment is live at its own time', NOW, { ...own(NOW), verdict: 'live', judges: true }],
    ['five minutes back is live', NOW - 5 * MINUTE, { ...own(NOW - 5 * MINUTE), verdict: 'live', judges: true }],
    [
      'further back is backfill and judges nothing',
      NOW - 5 * MINUTE - 1,
      { ...own(NOW - 5 * MINUTE - 1), verdict: 'backfill', judges: false },
    ],
    ['two minutes ahead is live', NOW + 2 * MINUTE, { ...own(NOW + 2 * MINUTE), verdict: 'live', judges: true }],
    ['further ahead is dated by receipt', NOW + 2 * MINUTE + 1, { ...byReceipt, claimedTime: NOW + 2 * MINUTE + 1 }],
    ['of 2036 is dated by receipt', Date.UTC(2036, 1, 7), { ...byReceipt, claimedTime: Date.UTC(2036, 1, 7) }],
    ['in microseconds is dated by receipt', NOW * 1_000, { ...byReceipt, claimedTime: NOW * 1_000 }],
    ['in seconds is dated by receipt', NOW / 1_000, { ...byReceipt, claimedTime: NOW / 1_000 }],
    ['of 1970 is dated by receipt', 0, { ...byReceipt, claimedTime: 0 }],
    ['before 1970 is dated by receipt', -1, { ...byReceipt, claimedTime: -1 }],
    [
      'of 2019 is dated by receipt',
      Date.UTC(2019, 11, 31, 23, 59, 59),
      { ...byReceipt, claimedTime: Date.UTC(2019, 11, 31, 23, 59, 59) },
    ],
    [
      'older than the retention is too old',
      NOW - 91 * 24 * HOUR,
      { ...own(NOW - 91 * 24 * HOUR), verdict: 'too_old', judges: false },
    ],
  ];
  test.each(table)('%s', (_, claimed, expected) => {
    expect(dateOne(claimed)).toEqual(expected);
  });

  test.each([
    ['ahead', NOW + 3 * MINUTE, true],
    ['before 2020', 5, true],
    ['of now', NOW, false],
    ['of a backlog', NOW - HOUR, false],
    ['absent', null, false],
  ])('a time %s says of the clock whether it is wrong', (_, claimed, wrong) => {
    expect(dateSamples(EMPTY_CLOCK, { ...AT_NOW, claimed: [claimed] }).clockWrong).toBe(wrong);
  });

  test('a device may be given other tolerances', () => {
    const tolerance = { back: HOUR, ahead: 0 };
    expect(dateOne(NOW - HOUR, { tolerance }).verdict).toBe('live');
    expect(dateOne(NOW + 1, { tolerance }).byReceipt).toBe(true);
  });
});

describe('several readings in one message', () => {
  const judging = (claimed: readonly (number | null)[]) =>
    dateSamples(EMPTY_CLOCK, { ...AT_NOW, claimed }).dated.flatMap((one, index) => (one.judges ? [index] : []));

  test('only the newest judges, wherever it stands', () => {
    expect(judging([NOW - 2_000, NOW, NOW - 1_000])).toEqual([1]);
    expect(judging([NOW - HOUR, NOW - 1_000, NOW - 2 * HOUR])).toEqual([1]);
    expect(judging([null, null, null])).toEqual([2]);
    expect(judging([NOW - HOUR, NOW - 2 * HOUR])).toEqual([]);
  });

  test('those dated by receipt follow each other by a millisecond, in the order of their times', () => {
    const claimed = [NOW + 2 * HOUR, NOW + HOUR, NOW + 3 * HOUR];
    expect(dateSamples(EMPTY_CLOCK, { ...AT_NOW, claimed }).dated.map((one) => one.sourceTime)).toEqual([
      NOW + 1,
      NOW,
      NOW + 2,
    ]);
  });

  test('one that came before, and is newer, is not judged again by an older one', () => {
    const { memory } = dateSamples(EMPTY_CLOCK, { ...AT_NOW, claimed: [NOW] });
    expect(dateOne(NOW - MINUTE, { received: NOW + 1_000, mono: 2_000 }, memory)).toMatchObject({
      verdict: 'live',
      judges: false,
    });
  });
});

test('a reading dated by receipt takes the first free millisecond', () => {
  const taken = new Set([5, 6, 8]);
  expect(firstFree(5, (t) => taken.has(t))).toBe(7);
  expect(firstFree(9, (t) => taken.has(t))).toBe(9);
});

describe('a clock that runs at some distance', () => {
  test.each([
    ['an hour slow', -HOUR],
    ['a day slow', -24 * HOUR],
    ['eight hours fast', 8 * HOUR],
    ['ten years fast', 87_600 * HOUR],
    ['counting since its start', -NOW + 12_345],
    ['slower than the retention', -200 * 24 * HOUR],
  ])('%s is learned from three messages over two intervals, and taken off', (_, offset) => {
    const before = watch((passed) => NOW + passed + offset, { messages: 2 });
    expect(before.memory.offset).toBeNull();
    const { last, memory, clockWrong, offset: told } = watch((passed) => NOW + passed + offset, { messages: 3 });
    expect(memory.offset).toBe(offset);
    expect(last).toEqual({
      sourceTime: NOW + 2 * MINUTE,
      verdict: 'live',
      judges: true,
      claimedTime: NOW + 2 * MINUTE + offset,
      byReceipt: false,
    });
    expect([clockWrong, told]).toEqual([true, offset]);
  });

  test('is watched for 30 s where messages come fast, or their interval is not known', () => {
    const slow = (passed: number) => NOW + passed - HOUR;
    expect(watch(slow, { every: 1_000, messages: 30 }).memory.offset).toBeNull();
    expect(watch(slow, { every: 1_000, messages: 31 }).memory.offset).toBe(-HOUR);
    expect(watch(slow, { every: 10_000, messages: 4, interval: null }).memory.offset).toBe(-HOUR);
  });

  test('is told from a delay that varies by up to two seconds and a tenth', () => {
    const jitter = [0, -5_000, -10_000];
    const { memory } = watch((passed) => NOW + passed - HOUR + (jitter[passed / MINUTE] ?? 0), { messages: 3 });
    expect(memory.offset).toBe(-HOUR - 10_000);
  });

  test('keeps a backlog a backlog once its offset is known', () => {
    const { memory } = watch((passed) => NOW + passed + 8 * HOUR, { messages: 3 });
    const later = { received: NOW + 6 * HOUR, mono: 1_000 + 6 * HOUR };
    // Claimed for a moment that lies ahead of ours, and yet an hour old.
    expect(dateOne(NOW + 13 * HOUR, later, memory)).toMatchObject({
      verdict: 'backfill',
      sourceTime: NOW + 5 * HOUR,
      judges: false,
    });
    expect(dateOne(NOW + 14 * HOUR, later, memory)).toMatchObject({
      verdict: 'live',
      sourceTime: NOW + 6 * HOUR,
      judges: true,
    });
  });

  test('is learned anew when it is set right', () => {
    for (const offset of [-HOUR, 8 * HOUR]) {
      const { memory } = watch((passed) => NOW + passed + offset, { messages: 3 });
      const after = watch((passed) => NOW + passed, { messages: 3, from: HOUR, memory });
      expect(after.memory.offset).toBeNull();
      expect(after.clockWrong).toBe(false);
      expect(after.last).toMatchObject({ sourceTime: NOW + HOUR + 2 * MINUTE, claimedTime: null, judges: true });
    }
  });

  test('is not learned while live messages come between', () => {
    const claim = (passed: number) => NOW + passed - (passed % (2 * MINUTE) === 0 ? HOUR : 0);
    for (let messages = 1; messages < 12; messages += 1) expect(watch(claim, { messages }).memory.offset).toBeNull();
  });

  test.each([0.85, 1.15, 60, -1])('is not learned from times that pass %s times as fast as ours', (pace) => {
    for (let messages = 1; messages < 12; messages += 1) {
      expect(watch((passed) => NOW - HOUR + passed * pace, { messages }).memory.offset).toBeNull();
    }
  });

  test('is learned while a backlog rushes in between', () => {
    let memory = EMPTY_CLOCK;
    for (let second = 0; second <= 120; second += 1) {
      const claimed = second % 60 === 0 ? NOW + second * 1_000 - HOUR : NOW - 7 * HOUR + second * MINUTE;
      memory = dateSamples(memory, {
        ...AT_NOW,
        received: NOW + second * 1_000,
        mono: second * 1_000,
        claimed: [claimed],
      }).memory;
    }
    expect(memory.offset).toBe(-HOUR);
  });

  test('is learned while a backlog comes between at the pace of time itself', () => {
    const claim = (passed: number) => NOW + passed - (passed % MINUTE === 0 ? 6 * HOUR : HOUR);
    expect(watch(claim, { every: 30_000, interval: MINUTE, messages: 8 }).memory.offset).toBe(-HOUR);
  });

  test('does not seem to go back when it leaves its tolerance', () => {
    const { memory } = watch((passed) => NOW + passed + 2 * MINUTE, { messages: 1 });
    const next = dateOne(NOW + 3 * MINUTE + 1, { received: NOW + MINUTE, mono: 1_000 + MINUTE }, memory);
    expect(next).toMatchObject({ byReceipt: true, judges: true, sourceTime: NOW + 2 * MINUTE + 1 });
  });
});

describe('a clock that stands still', () => {
  test.each([
    ['now', 0],
    ['an hour ago', -HOUR],
    ['a year ago', -8_760 * HOUR],
    ['in a year', 8_760 * HOUR],
    ['in 1970', -NOW],
  ])('%s is dated by receipt and judged live', (_, offset) => {
    const { last, clockWrong, memory } = watch(() => NOW + offset, { messages: 3 });
    expect(last).toEqual({
      sourceTime: NOW + 2 * MINUTE,
      verdict: 'live',
      judges: true,
      claimedTime: NOW + offset,
      byReceipt: true,
    });
    expect(clockWrong).toBe(true);
    expect(memory.offset).toBeNull();
  });

  test('is not what a message is that comes twice at once', () => {
    const { last } = watch(() => NOW - HOUR, { every: 100, messages: 3, interval: MINUTE });
    expect(last).toMatchObject({ verdict: 'backfill', sourceTime: NOW - HOUR });
  });
});

describe('while our own clock is behind the newest commit', () => {
  const lost = { hostTrusted: false, received: Date.UTC(2020, 0, 1), lastCommitAt: NOW };

  test('times of devices count, without a clock alarm', () => {
    const { dated, clockWrong } = dateSamples(EMPTY_CLOCK, { ...AT_NOW, ...lost, claimed: [NOW + 3 * HOUR] });
    expect(dated[0]).toMatchObject({ verdict: 'live', sourceTime: NOW + 3 * HOUR, judges: true, claimedTime: null });
    expect(clockWrong).toBe(false);
  });

  test('what is older than that commit is a backlog all the same', () => {
    expect(dateOne(NOW - HOUR, lost)).toMatchObject({ verdict: 'backfill', sourceTime: NOW - HOUR });
  });

  test('readings without a time go on from that commit', () => {
    expect(dateOne(null, lost)).toMatchObject({ sourceTime: NOW + 1, byReceipt: true, judges: true });
    expect(dateOne(null, { ...lost, distrustedSince: 1_000, mono: 61_000 }).sourceTime).toBe(NOW + 60_001);
  });

  test('times that are no dates go on from it too, and raise no alarm', () => {
    for (const claimed of [5, NOW / 1_000, NOW * 1_000]) {
      const { dated, clockWrong } = dateSamples(EMPTY_CLOCK, { ...AT_NOW, ...lost, claimed: [claimed] });
      expect(dated[0]).toMatchObject({ sourceTime: NOW + 1, claimedTime: claimed, judges: true });
      expect(clockWrong).toBe(false);
    }
  });

  test('a learned offset is still taken off, and nothing is learned', () => {
    const { memory } = watch((passed) => NOW + passed - HOUR, { messages: 3 });
    const dating = dateSamples(memory, {
      ...AT_NOW,
      ...lost,
      mono: 1_000 + 3 * MINUTE,
      claimed: [NOW + 3 * MINUTE - HOUR],
    });
    expect(dating.dated[0]).toMatchObject({ sourceTime: NOW + 3 * MINUTE, verdict: 'live' });
    expect([dating.memory.offset, dating.clockWrong]).toEqual([-HOUR, true]);
  });
});

test('our wall clock set back does not silence a device that is right', () => {
  const { memory } = dateSamples(EMPTY_CLOCK, { ...AT_NOW, claimed: [NOW] });
  const set = { received: NOW - MINUTE, mono: 2_000 };
  expect(dateOne(NOW - MINUTE, set, memory)).toMatchObject({ verdict: 'live', judges: true });
});

test('what is remembered is plain JSON', () => {
  const { memory } = watch((passed) => NOW + passed - HOUR, { messages: 2 });
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
});
