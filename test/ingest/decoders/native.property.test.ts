import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METRIC_NAMES, METRICS } from '../../../contract/metrics.ts';
import { TOPIC_LEAVES } from '../../../contract/topics.ts';
import { parseJson } from '../../../ingest/decoders/json.ts';
import { decodeNative } from '../../../ingest/decoders/native.ts';
import { decodeReadings } from '../../../ingest/decoders/readings.ts';
import { createRejections } from '../../../ingest/decoders/rejections.ts';
import { decodeUsual } from '../../../ingest/decoders/usual.ts';
import { quarantineEntries } from '../../../ingest/decoders/quarantine.ts';
import { readGolden } from '../../golden/golden.ts';
import { message, TIME } from './message.ts';

const leaves = fc.constantFrom(...TOPIC_LEAVES);

/** Decodes and quarantines; checks what has to hold whatever was sent. */
function survives(payload: Uint8Array, leaf: (typeof TOPIC_LEAVES)[number], retain: boolean): void {
  const inbound = message(payload, { leaf, retain });
  const { samples, events, status, rejected, cleared } = decodeNative(inbound);
  for (const { claimedTime, values } of samples) {
    expect(claimedTime === null || Number.isSafeInteger(claimedTime)).toBe(true);
    for (const { value, metric } of values) {
      expect(Number.isFinite(value) && !Object.is(value, -0)).toBe(true);
      expect(METRIC_NAMES).toContain(metric);
    }
  }
  const said = samples.length + events.length + rejected.length + (status === null ? 0 : 1) + (cleared ? 1 : 0);
  if (leaf === 'status') expect(said).toBe(1);
  for (const entry of quarantineEntries(inbound, rejected)) {
    expect(entry.reason.detail).not.toBe('');
    expect(entry.payload === null).toBe(leaf === 'events');
  }
}

test('no bytes make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), leaves, fc.boolean(), survives), { numRuns: 500 });
});

test('no text and no JSON makes it throw', () => {
  const json = fc.oneof(fc.json(), fc.json({ maxDepth: 6 }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(json, leaves, (text, leaf) => survives(new TextEncoder().encode(text), leaf, false)),
    { numRuns: 500 },
  );
});

test('payloads that were bitten on the way do not make it throw', () => {
  const golden = readGolden().filter(({ payload }) => payload.length > 0);
  const bites = fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.constantFrom(...golden), bites, ({ payload, leaf }, where) => {
      let bitten = Uint8Array.from(payload);
      for (const { at, byte, cut } of where) {
        if (bitten.length === 0) break;
        if (cut) bitten = bitten.slice(0, at % bitten.length);
        else bitten[at % bitten.length] = byte;
      }
      survives(bitten, leaf, false);
    }),
    { numRuns: 1_000 },
  );
});

test('whatever stands beside it, a good value is kept', () => {
  const rubbish = fc.dictionary(
    fc.string().filter((key) => !key.startsWith('co2')),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 8 },
  );
  fc.assert(
    fc.property(rubbish, (others) => {
      const payload = JSON.stringify({ ts: TIME, values: { ...others, co2: 812 } });
      const values = decodeNative(message(payload)).samples[0]?.values ?? [];
      expect(values).toContainEqual({ key: 'co2', metric: 'co2', channel: '', value: 812 });
    }),
  );
});

test('a value that its metric resolves is kept to the last digit', () => {
  fc.assert(
    fc.property(fc.constantFrom(...METRIC_NAMES), fc.integer({ min: -1_000_000, max: 1_000_000 }), (metric, steps) => {
      const decimals = String(Math.round(1 / METRICS[metric].resolution)).length - 1;
      const text = (steps / 10 ** decimals).toFixed(decimals);
      const [sample] = decodeNative(message(`{"values":{"${metric}":${text}}}`)).samples;
      expect(sample?.values[0]?.value).toBe(Number(text) + 0);
    }),
  );
});

test('nothing of an event that is not known by name is ever told', () => {
  const secret = 'S3CRET';
  const places = fc.dictionary(
    fc.constantFrom('id', 'ts', 'kind', 'result', 'direction', 'method', 'open', 'active', 'name', 'cardNo'),
    fc.oneof(
      fc.constant(secret),
      fc.constant([secret]),
      fc.constant({ a: secret }),
      fc.constant('punch'),
      fc.constant('ok'),
      fc.constant(1),
    ),
  );
  fc.assert(
    fc.property(fc.array(places, { maxLength: 4 }), fc.nat({ max: 10 }), (events, cut) => {
      const text = JSON.stringify(events);
      const inbound = message(text.slice(0, text.length - cut), { leaf: 'events' });
      const { rejected } = decodeNative(inbound);
      expect(JSON.stringify(quarantineEntries(inbound, rejected))).not.toContain(secret);
    }),
    { numRuns: 300 },
  );
});

/** Texts that are or nearly are what devices usually send: the parts of one, some of them left out, doubled or strange. */
const nearlyUsual = (() => {
  const number = fc.oneof(
    fc.double({ noNaN: true, min: -200, max: 20_000 }).map((value) => String(Math.round(value * 100) / 100)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.constantFrom(
      '-0',
      '0.0',
      '00',
      '1.',
      '.5',
      '1e3',
      '42.300000000000000001',
      '123456789012345678',
      'null',
      '"1"',
      '-',
    ),
  );
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...METRIC_NAMES) },
    {
      weight: 4,
      arbitrary: fc.constantFrom('water_temperature.outlet3', 'humidity.b', 'battery.', 'co2.A', 'ts', '__proto__'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  );
  const gap = fc.constantFrom('', '', '', ' ', '  ', '\n');
  const entry = fc.tuple(key, gap, number).map(([name, space, value]) => `${JSON.stringify(name)}:${space}${value}`);
  const values = fc
    .tuple(fc.array(entry, { maxLength: 5 }), gap)
    .map(([entries, space]) => `"values":{${entries.join(`,${space}`)}}`);
  const ts = fc.oneof(
    fc.constant(`"ts":${TIME}`),
    number.map((value) => `"ts":${value}`),
    fc.constant('"other":1'),
  );
  const parts = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(ts, values) },
    { weight: 2, arbitrary: fc.tuple(values) },
    { weight: 1, arbitrary: fc.array(fc.oneof(ts, values), { maxLength: 4 }) },
  );
  return fc
    .tuple(parts, gap, fc.constantFrom('', '', '', '', '}', ' ', 'x'))
    .map(([all, space, behind]) => `{${all.join(`,${space}`)}}${behind}`);
})();

test('what is read the short way gives what it gives the long way, and nothing that is to be rejected goes it', () => {
  let short = 0;
  fc.assert(
    fc.property(nearlyUsual, (text) => {
      const payload = new TextEncoder().encode(text);
      const usual = decodeUsual(payload);
      if (usual === undefined) return;
      short += 1;
      const parsed = parseJson(payload, { confidential: false });
      if ('reason' in parsed) throw new Error(`${text} is no JSON`);
      const rejections = createRejections();
      expect([usual]).toEqual(decodeReadings(parsed.document, rejections));
      expect(rejections.all()).toEqual([]);
    }),
    { numRuns: 6_000 },
  );
  expect(short).toBeGreaterThan(80);
});
