import { describe, expect, test } from 'vitest';
import { decodeNative } from '../../../ingest/decoders/native.ts';
import { MOST_ELEMENTS } from '../../../ingest/decoders/elements.ts';
import { MOST_REASONS } from '../../../ingest/decoders/rejections.ts';
import type { TopicLeaf } from '../../../contract/topics.ts';
import { message, TIME } from './message.ts';

function reasons(payload: Uint8Array | string, leaf: TopicLeaf = 'readings') {
  return decodeNative(message(payload, { leaf })).rejected;
}
const values = (text: string) => `{"ts":${TIME},"values":{${text}}}`;
const event = (text: string) => `{"id":"e","ts":${TIME},${text}}`;

describe('a reason says what was found and what would be right', () => {
  const table: readonly (readonly [string, string, string])[] = [
    [
      'a misspelt metric',
      values('"water_temprature":42.3'),
      'there is no metric "water_temprature"; did you mean water_temperature?',
    ],
    [
      'a metric in camel case',
      values('"roomTemperature":25'),
      'there is no metric "roomTemperature"; did you mean room_temperature?',
    ],
    ['an unknown metric', values('"rssi":-60'), 'the metrics are water_temperature, room_temperature'],
    ['a bad channel', values('"water_temperature.Outlet 3":41'), 'such as water_temperature.outlet3'],
    ['a number as text', values('"co2":"812"'), '"co2" is the text "812"; send the number without quotes'],
    ['a decimal comma', values('"co2":"8,12"'), 'send a number with a decimal point, without quotes'],
    ['a unit', values('"water_temperature":"42.3 °C"'), 'send a number, in decimal, without quotes and unit'],
    ['a switch as a boolean', values('"fan_running":true'), '"fan_running" is true; send 1'],
    ['a null', values('"co2":null'), 'leave out what was not measured'],
    ['a list', values('"co2":[812]'), '"co2" is an array; send a number'],
    ['values elsewhere', `{"ts":${TIME},"water_temperature":42.3}`, '"water_temperature" belongs inside it'],
    ['values misspelt', `{"ts":${TIME},"value":{"co2":1}}`, 'did "value" mean it?'],
    ['a time without a zone', '{"ts":"2026-11-25T12:00:00","values":{}}', 'it has no zone; append Z or +08:00'],
    ['a time with a blank', '{"ts":"2026-11-25 12:00:00Z","values":{}}', 'a T, not a blank'],
    ['an impossible date', '{"ts":"2026-02-30T12:00:00Z","values":{}}', 'there is no such date or time of day'],
    ['a time as a number in quotes', `{"ts":"${TIME}","values":{}}`, 'send it without quotes'],
    ['a zero byte at the end', `${values('"co2":1')}\0`, 'a zero byte follows it'],
    ['NaN', values('"co2":NaN'), 'NaN and Infinity are no JSON numbers'],
    ['a bare decimal comma', values('"co2":8,12'), 'write a decimal point'],
    ['a bare hexadecimal number', values('"co2":0x32C'), 'write it in decimal'],
    ['single quotes', "{'values':{}}", 'use double quotes'],
    ['a trailing comma', values('"co2":812,'), 'a comma stands before a closing bracket'],
    ['a cut payload', '{"values":{"co2":81', 'was it cut off?'],
    ['nothing', '', 'it is empty'],
  ];
  test.each(table)('%s', (_, payload, sentence) => {
    const [reason] = reasons(payload);
    expect(reason?.detail).toContain(sentence);
  });

  test('bytes that are no UTF-8 are named by their place', () => {
    const gbk = Uint8Array.from([0x7b, 0x22, 0xc4, 0xd0, 0xd4, 0xa1, 0x22]);
    expect(reasons(gbk)[0]?.detail).toContain('byte 2 starts no character');
  });

  const events: readonly (readonly [string, string, string])[] = [
    ['a misspelt kind', event('"kind":"heldopen","active":true'), 'did you mean held_open?'],
    ['an unknown kind', event('"kind":"fire"'), 'the kinds are punch, access'],
    ['a missing field', event('"kind":"punch"'), 'a punch event needs result: ok, refused, error'],
    [
      'an unusable field',
      event('"kind":"contact","open":"yes"'),
      'open is a text that is none of its values; it is true or false',
    ],
    [
      'an unusable optional field',
      event('"kind":"punch","result":"ok","method":"palm"'),
      'the event is kept without it',
    ],
    ['a number for an id', '{"id":17,"kind":"jam","active":true}', 'send it in quotes'],
  ];
  test.each(events)('of an event: %s', (_, payload, sentence) => {
    expect(reasons(payload, 'events')[0]?.detail).toContain(sentence);
  });
});

describe('an event', () => {
  test('keeps the known fields of its kind and nothing else', () => {
    const text = event('"kind":"access","result":"ok","direction":"in","method":"card","name":"x","open":true');
    expect(decodeNative(message(text, { leaf: 'events' })).events).toEqual([
      { path: '$', id: 'e', claimedTime: TIME, detail: { kind: 'access', result: 'ok', direction: 'in' } },
    ]);
  });

  test('with null for an optional field has none', () => {
    const decoded = decodeNative(message(event('"kind":"punch","result":"ok","method":null'), { leaf: 'events' }));
    expect(decoded.events[0]?.detail).toEqual({ kind: 'punch', result: 'ok' });
    expect(decoded.rejected).toEqual([]);
  });

  test('whose required field stands twice is not guessed at', () => {
    expect(reasons(event('"kind":"contact","open":true,"open":false'), 'events')).toMatchObject([
      { code: 'bad_field', path: '$.open' },
    ]);
    expect(reasons(event('"id":"other","kind":"jam","active":true'), 'events')).toMatchObject([
      { code: 'bad_field', path: '$.id' },
    ]);
  });

  test.each([
    ['too long', 'x'.repeat(129)],
    ['half a character', '\\ud800'],
    ['empty', ''],
  ])('with an id that is %s is rejected', (_, id) => {
    const text = `{"id":"${id}","kind":"jam","active":true}`;
    expect(reasons(text, 'events')).toMatchObject([{ code: 'bad_field', path: '$.id' }]);
  });
});

test('a key that stands twice is found however it is written', () => {
  const decoded = decodeNative(
    message(
      `{"ts":${TIME},"values":{"co2":812,"battery":97,"\\u0063o2":813,"humidity":{"a":[1,{"b":2}],"a":"\\"{,"}}}`,
    ),
  );
  expect(decoded.samples[0]?.values).toEqual([{ key: 'battery', metric: 'battery', channel: '', value: 97 }]);
  expect(decoded.rejected.map(({ path }) => path).toSorted()).toEqual(['$.values.co2', '$.values.humidity']);
});

test('the same key in two objects is no repetition', () => {
  expect(reasons('[{"values":{"co2":1}},{"values":{"co2":2}}]')).toEqual([]);
});

test('of too many elements the first are read', () => {
  const decoded = decodeNative(
    message(`[${Array.from({ length: MOST_ELEMENTS + 5 }, () => '{"values":{"co2":812}}').join(',')}]`),
  );
  expect(decoded.samples).toHaveLength(MOST_ELEMENTS);
  expect(decoded.rejected).toMatchObject([{ code: 'wrong_shape', path: `$[${MOST_ELEMENTS}]` }]);
});

test('of very many bad parts the first are named and the others counted', () => {
  const { samples, rejected } = decodeNative(
    message(`[${Array.from({ length: 5_000 }, () => '"ERR"').join(',')},{"values":{"co2":812}}]`),
  );
  expect(samples).toHaveLength(1);
  expect(rejected).toHaveLength(MOST_REASONS + 1);
  expect(rejected.at(-1)).toMatchObject({
    path: '$[*]',
    detail: `${5_000 - MOST_REASONS} more parts of this message could not be used either`,
  });
});

test('nesting of any depth is answered', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(reasons(deep)).toMatchObject([{ code: 'wrong_shape', path: '$[0]' }]);
  expect(reasons(values(`"co2":${deep}`))).toMatchObject([{ code: 'not_a_number', path: '$.values.co2' }]);
  expect(reasons('['.repeat(100_000))).toMatchObject([{ code: 'not_json' }]);
});

test('a value is rounded to what its metric resolves, without noise', () => {
  const one = (text: string) => decodeNative(message(values(text))).samples[0]?.values[0]?.value;
  expect(one('"water_temperature":39.999')).toBe(40);
  expect(one('"water_temperature":39.994')).toBe(39.99);
  expect(one('"water_temperature":0.1')).toBe(0.1);
  expect(one('"room_temperature":-12.345678')).toBe(-12.35);
  expect(one('"co2":812.5')).toBe(813);
  expect(Object.is(one('"room_temperature":-0.001'), 0)).toBe(true);
  expect(one('"humidity":1e300')).toBe(1e300);
});

test('a switch is not rounded: half on is no position', () => {
  expect(decodeNative(message(values('"fan_running":0.5'))).samples[0]?.values[0]?.value).toBe(0.5);
});
