import { expect, test } from 'vitest';
import type { QuarantineReason } from '../../../contract/quarantine.ts';
import { KEPT_BYTES, quarantineEntries } from '../../../ingest/decoders/quarantine.ts';
import { message, TIME } from './message.ts';

const whole: QuarantineReason = { code: 'not_json', path: '$', detail: 'the payload is not JSON' };
const part = (n: number): QuarantineReason => ({
  code: 'wrong_shape',
  path: `$[${n}]`,
  detail: 'an element is a text',
});

test('what could not be read is kept byte by byte with its reason', () => {
  const payload = Uint8Array.from([0x7b, 0x00, 0xff]);
  expect(quarantineEntries(message(payload), [whole])).toEqual([
    {
      site: 'mine',
      device: 'd1',
      topic: 'fw/v1/mine/d1/readings',
      receivedAt: TIME,
      scope: 'message',
      reason: whole,
      payload,
      size: 3,
      keys: null,
    },
  ]);
});

test('the bytes are a copy: the socket uses its buffer again', () => {
  const payload = Buffer.from('{"a"');
  const [entry] = quarantineEntries(message(payload), [whole]);
  payload.fill(0);
  expect(new TextDecoder().decode(entry?.payload ?? undefined)).toBe('{"a"');
});

test('each part has an entry of its own, with the message while that is small', () => {
  const entries = quarantineEntries(message('["a","b"]'), [part(0), part(1)]);
  expect(entries.map(({ scope, reason, payload }) => [scope, reason.path, payload?.length])).toEqual([
    ['part', '$[0]', 9],
    ['part', '$[1]', 9],
  ]);
});

test('one message never takes more than its share of the disk', () => {
  const entries = quarantineEntries(message('x'.repeat(KEPT_BYTES * 2)), [part(0), part(1), part(2)]);
  expect(entries.map(({ payload }) => payload?.length ?? 0)).toEqual([KEPT_BYTES, 0, 0]);
  expect(entries.map(({ size }) => size)).toEqual([KEPT_BYTES * 2, KEPT_BYTES * 2, KEPT_BYTES * 2]);
  expect(entries[0]?.reason.detail).toBe(
    `an element is a text (the first ${KEPT_BYTES} of ${KEPT_BYTES * 2} bytes are kept)`,
  );
});

test('of an event only size and key names are kept', () => {
  const payload = '[{"id":7,"name":"张三"},{"id":"8","cardNo":"622202"},17]';
  const [entry] = quarantineEntries(message(payload, { leaf: 'events' }), [part(0)]);
  expect(entry).toMatchObject({
    payload: null,
    size: new TextEncoder().encode(payload).length,
    keys: ['id', 'name', 'cardNo'],
  });
});

test('of an event that cannot be read only the size is kept', () => {
  expect(quarantineEntries(message('{"name":"张', { leaf: 'events' }), [whole])).toMatchObject([
    { payload: null, size: 12, keys: [] },
  ]);
});

test('key names are bounded in number and length', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}`.padStart(3, '0').padEnd(100, 'k'), 1]));
  const [entry] = quarantineEntries(message(JSON.stringify(many), { leaf: 'events' }), [whole]);
  expect(entry?.keys).toHaveLength(32);
  expect(entry?.keys?.[0]).toHaveLength(64);
});

test('no reason, no entry', () => {
  expect(quarantineEntries(message('{}', { leaf: 'events' }), [])).toEqual([]);
});
