import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metricKey } from '../../../contract/metrics.ts';
import { decodeNative } from '../../../ingest/decoders/native.ts';
import { quarantineEntries } from '../../../ingest/decoders/quarantine.ts';
import { readGolden } from '../../golden/golden.ts';
import { message } from './message.ts';

const GOLDEN = readGolden();

test('every payload has its expectation', () => {
  const files = readdirSync(join(import.meta.dirname, '../../golden/payloads')).filter((name) =>
    name.endsWith('.payload'),
  );
  expect(files.toSorted()).toEqual(GOLDEN.map(({ name }) => `${name}.payload`).toSorted());
});

test.each(GOLDEN)(
  '$name: what can be used is used, the rest is named',
  ({ payload, leaf, retain = false, ...expected }) => {
    const { samples, events, status, cleared, rejected } = decodeNative(message(payload, { leaf, retain }));
    const readings = samples.flatMap(({ claimedTime, values }) =>
      values.map((value) => ({ claimed: claimedTime, key: metricKey(value), value: value.value })),
    );
    expect(readings).toEqual(expected.readings ?? []);
    expect(events.map(({ id, claimedTime, detail }) => ({ id, claimed: claimedTime, detail }))).toEqual(
      expected.events ?? [],
    );
    expect(status).toBe(expected.status ?? null);
    expect(cleared).toBe(expected.cleared ?? false);
    expect(rejected.map(({ code, path }) => ({ code, path }))).toEqual(expected.rejected);
  },
);

test.each(GOLDEN.filter(({ leaf }) => leaf === 'events'))(
  '$name: nothing that was said of a person reaches quarantine',
  ({ payload, leaf }) => {
    const inbound = message(payload, { leaf });
    const kept = JSON.stringify([
      decodeNative(inbound),
      quarantineEntries(inbound, [{ code: 'offender', path: '$', detail: '' }]),
    ]);
    for (const secret of ['张三', '6222020200112233445', 'base64', 'yesterday', 'door_forced"', 'entry'])
      expect(kept).not.toContain(secret);
  },
);
