import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredReading } from '../../../../ingest/stores/readings/stored.ts';
import { bitReader, bitWriter } from '../../../../ingest/stores/readings/codec/bits.ts';
import { decodeBlock, encodeBlock, hourOf } from '../../../../ingest/stores/readings/codec/block.ts';
import { LARGEST, readIntegers, writeIntegers, writeTimes } from '../../../../ingest/stores/readings/codec/integers.ts';
import { BlockUnreadable } from '../../../../ingest/stores/readings/codec/unreadable.ts';
import { HOUR, reading, START } from '../fixtures/rows.ts';

const hour = hourOf(START);
const roundTrip = (readings: readonly StoredReading[]) => decodeBlock(hour, encodeBlock(hour, readings));

const integers = fc.oneof(
  fc.array(fc.integer({ min: -LARGEST, max: LARGEST })),
  fc.array(fc.integer({ min: -3, max: 3 })),
  fc
    .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -1_000, max: 1_000 }))
    .map(([length, step]) => Array.from({ length }, (_, at) => at * step + 0)),
  fc
    .array(fc.tuple(fc.integer(), fc.integer({ min: 1, max: 50 })), { maxLength: 10 })
    .map((runs) => runs.flatMap(([value, length]) => new Array<number>(length).fill(value))),
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -400, max: 400 })), { maxLength: 100 })
    .map((places) => {
      let place = 0;
      return places.map(([gap, beside]) => (place += gap * 10_000) + beside);
    }),
);

test('any integers up to 2^50 come back as they were written, whichever way is the shortest', () => {
  fc.assert(
    fc.property(integers, (values) => {
      const column = Float64Array.from(values);
      for (const write of [writeIntegers, writeTimes]) {
        const out = bitWriter();
        write(out, column);
        out.number(77);
        const bits = bitReader(out.finish());
        expect(readIntegers(bits, values.length)).toEqual(column);
        expect(bits.number()).toBe(77);
      }
    }),
    { numRuns: 500 },
  );
});

const decimal = fc
  .tuple(fc.integer({ min: -2_000_000, max: 2_000_000 }), fc.constantFrom(1, 10, 100, 1_000))
  .map(([whole, unit]) => whole / unit);
const anyDouble = fc.double({ noNaN: true });
const values = fc.oneof(
  fc.array(decimal, { minLength: 1, maxLength: 400 }),
  fc.array(anyDouble, { minLength: 1, maxLength: 100 }),
  fc.array(fc.oneof(decimal, anyDouble, fc.constantFrom(-0, 0, 1e300, 2 ** 53, -(2 ** 50), 5e-324, 0.1 + 0.2)), {
    minLength: 1,
    maxLength: 100,
  }),
);
const claimed = fc.option(fc.oneof(fc.integer({ min: 0, max: 4e15 }), anyDouble), { nil: null, freq: 2 });
const block = values.chain((column) =>
  fc
    .record({
      times: fc.uniqueArray(fc.integer({ min: 0, max: HOUR - 1 }), {
        minLength: column.length,
        maxLength: column.length,
      }),
      rest: fc.array(
        fc.record({
          quality: fc.constantFrom('good', 'suspect', 'bad'),
          reason: fc.constantFrom(
            null,
            'sentinel',
            'exact_zero',
            'out_of_range',
            'fahrenheit',
            'rate',
            'spike',
            'flatline',
            'cross_check',
          ),
          receivedAt: fc.oneof(
            fc.integer({ min: START, max: START + 2 * HOUR }),
            fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
          ),
          backfilled: fc.boolean(),
          claimedTime: claimed,
        }),
        { minLength: column.length, maxLength: column.length },
      ),
    })
    .map(({ times, rest }): StoredReading[] => {
      times.sort((a, b) => a - b);
      return column.map((value, at) => reading(START + (times[at] ?? 0), value, rest[at]));
    }),
);

test('any readings of an hour come back to the bit: decimals, huge, tiny, negative zero, one or hundreds', () => {
  fc.assert(
    fc.property(block, (readings) => {
      const found = roundTrip(readings);
      expect(found).toEqual(readings);
      expect(found.every(({ value }, at) => Object.is(value, readings[at]?.value))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a reading in the first and one in the last millisecond of an hour are one block', () => {
  const readings = [reading(START, -0), reading(START + HOUR - 1, 1e300, { claimedTime: -1.5e12 })];
  expect(roundTrip(readings)).toEqual(readings);
});

test('times are whole milliseconds: others are refused instead of being cut', () => {
  expect(() => encodeBlock(hour, [reading(START + 0.5, 1)])).toThrow(RangeError);
});

test('a block that is cut, spoilt or of another version is refused, never half read', () => {
  const whole = encodeBlock(
    hour,
    Array.from({ length: 50 }, (_, at) => reading(START + at * 10_000, 42 + at / 10)),
  );
  for (let length = 0; length < whole.length; length += 1)
    expect(() => decodeBlock(hour, whole.subarray(0, length))).toThrow(BlockUnreadable);
  const newer = whole.slice();
  newer[0] = 5;
  expect(() => decodeBlock(hour, newer)).toThrow(/version 5/);
});

test('a block with any one bit turned is refused', () => {
  for (const count of [1, 360]) {
    const whole = encodeBlock(
      hour,
      Array.from({ length: count }, (_, at) => reading(START + at * 10_000 + ((at * 7_919) % 37), 42 + (at % 17) / 10)),
    );
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const spoilt = whole.slice();
      spoilt[bit >>> 3] = (spoilt[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeBlock(hour, spoilt)).toThrow(BlockUnreadable);
    }
  }
});

/** As they were written before blocks had a check sum. */
const WITHOUT_SUM = {
  plain: '0100030300a09c0100010109ac03ad0300010000002d0000500101000000010000d00f',
  packed:
    '010128b52ffd2086750100c83c0300c2a90700494a000103c806ab0621000000220000500009004000c0005a000ca0851406289607f4708011',
};

test('blocks written before they had a check sum are read still', () => {
  expect(decodeBlock(hour, Buffer.from(WITHOUT_SUM.plain, 'hex'))).toEqual([
    reading(START, 42.3),
    reading(START + 10_000, 42.4),
    reading(START + 20_000, -0.5, { quality: 'suspect', reason: 'rate', backfilled: true, claimedTime: 1_000 }),
  ]);
  const packed = Array.from({ length: 60 }, (_, at) =>
    reading(START + at * 60_000 + ((at * 7_919) % 37), 42 + ((at * 31) % 17) / 10),
  );
  expect(decodeBlock(hour, Buffer.from(WITHOUT_SUM.packed, 'hex'))).toEqual(packed);
});

/** As they were written before their columns were bits. */
const IN_BYTES = {
  packed:
    '0201dee6716e28b52ffd20aefd02006404280300c2a90700494a000103c806ab0621000000220100292929290110202c382733222e1d29182430' +
    '1f2b1a261521101c281723121e0d190814030f1b0a1605110031202c000a002c19c038401810610562000368218501144b39c008',
  wild: '0200f82605bc0301000001ffdcdb01ff08400921fb54442d1808c00921fb54442d1808fe37e43c8800759c010000041a00015000d7969305000101000001000000ffdfbcefa757',
  even: '0201e4f08c0128b52ffd206cdd0000a85a0300a09c010001049a0332a403280000000050000100340123',
};

test('blocks of bytes, as they were written before, are read still', () => {
  const packed = Array.from({ length: 40 }, (_, at) =>
    reading(START + at * 60_000 + ((at * 7_919) % 37), 42 + ((at * 31) % 17) / 10, {
      receivedAt: START + at * 60_000 + 40 + ((at * 13) % 29),
      ...(at % 9 === 0 ? { quality: 'suspect', reason: 'rate' } : {}),
    }),
  );
  expect(decodeBlock(hour, Buffer.from(IN_BYTES.packed, 'hex'))).toEqual(packed);
  expect(decodeBlock(hour, Buffer.from(IN_BYTES.wild, 'hex'))).toEqual([
    reading(START, Math.PI),
    reading(START + 1, -0, { claimedTime: -1.5e12, receivedAt: START + 3 * HOUR, backfilled: true }),
    reading(START + HOUR - 1, 1e300, { quality: 'bad', reason: 'out_of_range' }),
  ]);
  const even = Array.from({ length: 90 }, (_, at) => reading(START + at * 10_000, at < 50 ? 20.5 : 21));
  expect(decodeBlock(hour, Buffer.from(IN_BYTES.even, 'hex'))).toEqual(even);
});

test('of a block without a check sum, whatever bytes are in it, nothing but a refusal or an ordered hour comes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
      const spoilt = Buffer.from(WITHOUT_SUM.plain, 'hex');
      const place = 2 + (at % (spoilt.length - 2));
      spoilt[place] = (spoilt[place] ?? 0) ^ flip;
      return spoilt.subarray(2);
    }),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      const times = decodeOrRefuse(Buffer.concat([Buffer.from([1, 0]), body])).map(({ t }) => t);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }),
    { numRuns: 1_000 },
  );
});

function decodeOrRefuse(bytes: Uint8Array): StoredReading[] {
  try {
    return decodeBlock(hour, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(BlockUnreadable);
    return [];
  }
}

/** A sensor's hour as the line stores it: jitter of its clock and of the network, a value that wanders. */
function realistic({
  step,
  decimals,
  dated,
}: {
  step: number;
  decimals: number;
  dated: 'device' | 'receipt';
}): StoredReading[] {
  let state = 7;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  let value = 42;
  return Array.from({ length: 360 }, (_, at) => {
    value += (random() - 0.5) * step;
    const sent = START + at * 10_000 + Math.round(random() * 30);
    const receivedAt = sent + 20 + Math.round(random() * 60);
    const t = dated === 'device' ? sent : receivedAt;
    return reading(t, Math.round(value * 10 ** decimals) / 10 ** decimals, { receivedAt });
  });
}

test('a reading every 10 s takes less than 3.5 bytes', () => {
  const sizes = {
    slow: encodeBlock(hour, realistic({ step: 0.1, decimals: 1, dated: 'device' })).length / 360,
    lively: encodeBlock(hour, realistic({ step: 0.4, decimals: 2, dated: 'device' })).length / 360,
    byReceipt: encodeBlock(hour, realistic({ step: 0.1, decimals: 1, dated: 'receipt' })).length / 360,
  };
  for (const size of Object.values(sizes)) expect(size).toBeLessThan(3.5);
  expect(sizes.byReceipt).toBeLessThan(2);
  expect(sizes.slow).toBeLessThan(sizes.lively);
  const steady = Array.from({ length: 360 }, (_, at) => reading(START + at * 10_000, 42));
  expect(encodeBlock(hour, steady).length).toBeLessThan(60);
});
