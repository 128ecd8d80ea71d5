import { expect, test } from 'vitest';
import { moved, PRIORITIES, type Route, routes } from '../../../dashboard/client/channels/routes.ts';
import { channel } from './sample-channels.ts';

/** Ids of the receivers by priority; `3>1`: 1 stands in for 3. */
function drawn({ areas, receivers }: Route): readonly [string, ...string[]] {
  const cells = PRIORITIES.map((priority) =>
    receivers[priority].map(({ channel: { id }, standIn }) => (standIn ? `${id}>${standIn.id}` : `${id}`)).join(' '),
  );
  return [areas?.join('+') ?? 'system', ...cells];
}

test('an alarm goes to the channels of its priority and area, one without an area only to those of all areas', () => {
  const channels = [
    channel(1, { priority: 3 }),
    channel(2, { priority: 1, areas: ['bath'] }),
    channel(3, { priority: 4, enabled: false }),
    channel(4, { priority: null }),
  ];
  expect(routes(channels, ['bath', 'gate', 'rooms']).map(drawn)).toEqual([
    ['bath', '1 2', '1', '1', ''],
    ['gate+rooms', '1', '1', '1', ''],
    ['system', '1', '1', '1', ''],
  ]);
});

test('only a failing channel shows who stands in', () => {
  const channels = [
    channel(3, { health: 'failing', standIn: 1 }),
    channel(1, { priority: null }),
    channel(5, { standIn: 1 }),
  ];
  expect(routes(channels, []).map(drawn)).toEqual([['system', '3>1 5', '3>1 5', '3>1 5', '']]);
});

test('a channel moves by one place, and not beyond the ends', () => {
  const channels = [channel(7, {}), channel(8, {}), channel(9, {})];
  expect(moved(channels, 8, -1)).toEqual([8, 7, 9]);
  expect(moved(channels, 8, 1)).toEqual([7, 9, 8]);
  expect(moved(channels, 7, -1)).toBeNull();
  expect(moved(channels, 9, 1)).toBeNull();
  expect(moved(channels, 1, 1)).toBeNull();
});
