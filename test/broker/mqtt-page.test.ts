import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../broker/limits.ts';
import { EVENT_KINDS } from '../../contract/event.ts';
import { METRICS } from '../../contract/metrics.ts';

const page = readFileSync(new URL('../../docs/mqtt.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .flatMap((line) => (line.startsWith('|') ? [line.split('|').map((cell) => cell.trim())] : []));
const number = (text: string): number => Number(text.replace('−', '-').replaceAll(',', ''));

test('the page for device makers lists every metric with its range and resolution', () => {
  for (const [name, { min, max, resolution }] of Object.entries(METRICS)) {
    const [, , , range = '', rounded = ''] = rows.find((row) => row[1] === `\`${name}\``) ?? [];
    const [from = '', to = ''] = range.split(range.includes('…') ? ' … ' : ', ');
    expect([name, number(from), number(to), number(rounded)]).toEqual([name, min, max, resolution]);
  }
});

test('the page for device makers names every kind of event', () => {
  for (const kind of EVENT_KINDS) expect(page).toContain(`\`${kind}\``);
});

test('the page for device makers tells the limits that the broker has', () => {
  const limit = (what: string): string => rows.find((row) => row[1]?.startsWith(what))?.[2] ?? '';
  const { publishPacket, controlPacket, connectTimeout, maxKeepalive, inFlight, inFlightBytes, rate } = DEFAULT_LIMITS;
  expect(limit('PUBLISH packet')).toContain(`${publishPacket / 1_024} KiB`);
  expect(limit('any other packet')).toBe(`${controlPacket / 1_024} KiB`);
  expect(limit('from the TCP connection')).toContain(`${connectTimeout / 1_000} s`);
  expect(limit('keepalive')).toBe(`1 … ${maxKeepalive.toLocaleString('en')} s`);
  expect(limit('unacknowledged messages')).toBe(`${inFlight}, or ${inFlightBytes / 1_048_576} MiB`);
  const [second, once] = [rate.perSecond, rate.burst].map((count) => count.toLocaleString('en'));
  expect(limit('messages of one device')).toContain(`${second} a second, ${once} at once`);
  expect(limit('connections')).toContain(
    `${DEFAULT_LIMITS.connectionsPerAddress.toLocaleString('en')} from one address`,
  );
});
