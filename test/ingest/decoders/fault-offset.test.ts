import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstBadByte, jsonFault } from '../../../ingest/decoders/fault-offset.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['{"a":1', 6],
  ['{"values":{"water_temperature":NaN}}', 31],
  ["{'a':1}", 1],
  ['{"a":1,}', 7],
  ['[1,2 3]', 5],
  ['{"a":0x1F}', 6],
  ['23,9', 2],
  ['{"a":"b\\x"}', 7],
  ['{"a":tru', 8],
  ['', 0],
])('the fault of %s is at %i', (text, offset) => {
  expect(jsonFault(text)).toBe(offset);
});

test('a text has a fault exactly when the engine cannot parse it', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '\\', '{', '}', ']', '0', 'x', '\u0001', '-', '.', 'e'))
    .map(([text, at, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + (put === '' ? 1 : 0));
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
      const fault = jsonFault(text);
      expect(fault === null).toBe(isJson(text));
      if (fault !== null) expect(fault).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});

test('bytes have a bad one exactly when they are no UTF-8, and everything before it is', () => {
  const mixed = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => Buffer.from(text)),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(mixed, (bytes) => {
      const bad = firstBadByte(bytes);
      expect(bad === null).toBe(isUtf8(bytes));
      if (bad !== null) expect(isUtf8(bytes.subarray(0, bad))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
