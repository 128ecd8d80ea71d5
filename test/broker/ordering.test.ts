import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrdering } from '../../broker/ordering.ts';

test('answers leave in the order of arrival, whatever order they become ready in', () => {
  const cases = fc.integer({ min: 1, max: 30 }).chain((size) => {
    const ids = Array.from({ length: size }, (_, i) => i);
    return fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: 0, maxLength: size }));
  });
  fc.assert(
    fc.property(cases, ([ids, readyOrder]) => {
      const answered: number[] = [];
      const ordering = createOrdering(() => {});
      const ready = ids.map((id) => {
        return ordering.add({ qos: 1, bytes: 1, answer: () => answered.push(id), drop: () => {} });
      });
      for (const id of readyOrder) ready[id]?.();
      const firstMissing = ids.find((id) => !readyOrder.includes(id)) ?? ids.length;
      expect(answered).toEqual(ids.slice(0, firstMissing));
      expect(ordering.size()).toBe(ids.length - firstMissing);
      expect(ordering.bytes()).toBe(ordering.size());
    }),
  );
});

test('what was cleared is dropped and never answered', () => {
  const heard: string[] = [];
  const ordering = createOrdering(() => heard.push('empty'));
  const ready = ordering.add({ qos: 0, bytes: 9, answer: () => heard.push('answer'), drop: () => heard.push('drop') });
  ordering.clear();
  ready();
  expect(heard).toEqual(['drop', 'empty']);
  expect(ordering.bytes()).toBe(0);
});

test('only QoS 1 and 2 are sent again by a device that gets no answer', () => {
  const ordering = createOrdering(() => {});
  ordering.add({ qos: 0, bytes: 1, answer: () => {}, drop: () => {} });
  expect(ordering.awaited()).toBe(false);
  ordering.add({ qos: 1, bytes: 1, answer: () => {}, drop: () => {} });
  expect(ordering.awaited()).toBe(true);
});
