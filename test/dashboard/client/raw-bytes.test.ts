import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapedRuns,
  faultAt,
  fromBase64,
  hexRows,
  readAsGbk,
  type Run,
} from '../../../dashboard/client/quarantine/bytes.ts';
import { faultAtPath } from '../../../dashboard/client/quarantine/place.ts';
import { visible } from '../../../dashboard/client/words/visible.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const marked = (runs: readonly Run[]) => runs.filter(({ mark }) => mark !== null).map(({ text }) => text);
const together = (runs: readonly Run[]) => runs.map(({ text }) => text).join('');
const GBK = Uint8Array.from([0xc4, 0xd0, 0xd4, 0xa1, 0xb4, 0xf3]);

test('bidi marks, controls and characters that look like nothing are written out', () => {
  expect(visible('gw\u202E1\u200B\n\u0000\u00A0x\u3164')).toBe('gw\\u{202E}1\\u{200B}\\n\\0\\u{A0}x\\u{3164}');
  expect(visible('男浴 3 号 <b>')).toBe('男浴 3 号 <b>');
});

const WRITTEN = /\\x([0-9A-F]{2})|\\u\{([0-9A-F]+)\}|\\([nrt0])|[^]/gu;
const SHORT: Record<string, string> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

function readBack(text: string): number[] {
  return [...text.matchAll(WRITTEN)].flatMap(([all, byte, point, short]) => {
    if (byte !== undefined) return [Number.parseInt(byte, 16)];
    if (point !== undefined) return [...bytesOf(String.fromCodePoint(Number.parseInt(point, 16)))];
    return [...bytesOf(short === undefined ? all : (SHORT[short] ?? ''))];
  });
}

test('whatever bytes come, their escaped view holds nothing that cannot be seen, and loses none', () => {
  const character = fc.nat(0x10ffff).map((point) => String.fromCodePoint(point).toWellFormed());
  const texts = fc.array(character, { maxLength: 40 }).map((all) => bytesOf(all.join('')));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), texts);
  fc.assert(
    fc.property(bytes, (all) => {
      // A backslash of the payload itself stays as it is.
      const sent = all.filter((byte) => byte !== 0x5c);
      const text = together(escapedRuns(sent, null));
      expect(visible(text)).toBe(text);
      expect(readBack(text)).toEqual([...sent]);
    }),
  );
});

test('valid text is shown as it is, and only what is no UTF-8 as bytes', () => {
  const bytes = Uint8Array.from([...bytesOf('水"'), 0xc4, ...bytesOf('😀')]);
  expect(escapedRuns(bytes, null)).toEqual([
    { text: '水"', mark: null, escaped: false },
    { text: '\\xC4', mark: null, escaped: true },
    { text: '😀', mark: null, escaped: false },
  ]);
});

test('every byte stands in a hex row, at its offset', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const rows = hexRows(bytes, { fault: null, width: 16 });
      const all = rows.flatMap(({ hex }) => hex.map(({ text }) => text)).join(' ');
      expect(all).toBe([...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' '));
      expect(rows.map(({ offset }) => offset)).toEqual(rows.map((_, index) => index * 16));
    }),
  );
});

test('a fault that begins in a foreign encoding covers all of it, across rows', () => {
  const bytes = Uint8Array.from([...bytesOf('{"loc":"12345'), ...GBK, ...bytesOf('"}')]);
  const fault = faultAt(bytes, 13);
  expect(fault).toEqual({ start: 13, end: 19 });
  const rows = hexRows(bytes, { fault, width: 16 });
  expect(rows.map(({ hex }) => marked(hex))).toEqual([['C4', 'D0 D4'], ['A1 B4 F3']]);
  expect(marked(escapedRuns(bytes, fault))).toEqual(['\\xC4', '\\xD0\\xD4\\xA1\\xB4\\xF3']);
});

test('a fault covers the JSON text or the word that begins there, else one byte', () => {
  const bytes = bytesOf('{"a":"4\\"2","b":NaN,}');
  expect(faultAt(bytes, 5)).toEqual({ start: 5, end: 11 });
  expect(faultAt(bytes, 16)).toEqual({ start: 16, end: 19 });
  expect(faultAt(bytes, 20)).toEqual({ start: 20, end: 21 });
  expect(faultAt(bytes, 99)).toBeNull();
  expect(faultAt(bytes, null)).toBeNull();
});

test('bytes are guessed to be GBK only when they give Chinese characters throughout', () => {
  expect(readAsGbk(GBK)).toBe('男浴大');
  expect(readAsGbk(Uint8Array.from([0xff, 0xfe]))).toBeNull();
  expect(readAsGbk(Uint8Array.from([0xc4]))).toBeNull();
});

test('a payload survives its way in base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(new Uint8Array(bytes));
    }),
  );
});

const at = (text: string, path: string, code = 'not_a_number') => {
  const bytes = bytesOf(text);
  const fault = faultAtPath(bytes, { path, code });
  return fault === null ? null : new TextDecoder().decode(bytes.subarray(fault.start, fault.end));
};

test('a part is found by its path: the value, or the name where the name is at fault', () => {
  const text = '[{"ts":1},{"地":"水","values": {"room_temperature.a" : "26,4℃", "水温":[1, {"x":null}]}}]';
  expect(at(text, '$[1].values.room_temperature.a')).toBe('"26,4℃"');
  expect(at(text, '$[1].values["水温"]', 'unknown_metric')).toBe('"水温"');
  expect(at(text, '$[1].values["水温"][1].x')).toBe('null');
  expect(at(text, '$[0].ts')).toBe('1');
});

test('nothing is marked where the message has no such part, is cut before it, or nests without end', () => {
  expect(at('{"values":{"a":1}}', '$.kind')).toBeNull();
  expect(at('{"values":{"a":1}}', '$')).toBeNull();
  expect(at('{"values":{"a', '$.values.a')).toBeNull();
  expect(at('['.repeat(16_000), '$[0][0].x')).toBeNull();
});

test('looking for a part of any bytes ends', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', ' ') }),
      (text) => {
        expect(at(text, '$.a.never')).toBeNull();
      },
    ),
  );
});
