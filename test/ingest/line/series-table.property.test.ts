import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Place } from '../../../ingest/line/place.ts';
import { createSeriesTable } from '../../../ingest/line/series-table.ts';
import type { SeriesState } from '../../../ingest/line/state.ts';
import { createTable } from '../../../ingest/line/table.ts';

const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const time = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ min: 0, max: 4e12, noNaN: true }));
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const reason = orNull(fc.constantFrom('sentinel', 'exact_zero', 'rate', 'spike', 'flatline', 'cross_check'));
const mark = fc.record({ value, sourceTime: time });
const sample = fc.record({ value, sourceTime: time, quality: fc.constantFrom('good', 'suspect', 'bad'), reason });
const current = fc.record({
  value,
  sourceTime: time,
  receivedAt: time,
  quality: fc.constantFrom('good', 'suspect'),
  reason,
});
const memory = fc.record({
  recent: fc.array(sample, { maxLength: 2 }),
  unchangedSince: orNull(time),
  fahrenheit: fc.nat(9),
  seen: fc.nat(),
  unlessSpike: orNull(fc.record({ quality: fc.constantFrom('good', 'suspect', 'bad'), reason })),
  pace: fc.record({ anchor: orNull(mark), level: orNull(mark) }),
  step: orNull(fc.constantFrom(0.01, 0.1, 0.25, 0.5, 1)),
});

const KEYS = ['pool', 'shower', 'hall'];
const stateOf = (id: number): fc.Arbitrary<SeriesState> =>
  fc.record({
    series: fc.constant({ id, site: 'mine', owner: { kind: 'point', id: `p${id}` }, metric: 'water_temperature' }),
    memory,
    current: orNull(current),
    assessedTime: fc.oneof(time, fc.constant(-Infinity)),
    believableMono: time,
    goodMono: time,
    sampleMono: orNull(time),
    bad: orNull(fc.record({ since: time, reason })),
    unknownSince: orNull(time),
  });
const index = fc.nat(KEYS.length - 1);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: index.chain((at) =>
      fc.record({ do: fc.constantFrom('set', 'put'), at: fc.constant(at), state: stateOf(at) }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('delete', 'at'), at: index, state: fc.constant(null) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('merge', 'rollback'), at: fc.constant(0), state: fc.constant(null) }),
  },
);

test('rows of numbers hold what objects would, through every change, commit and rollback', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const tables = [createSeriesTable(), createTable<SeriesState>()] as const;
      const places = tables.map(() => KEYS.map((key) => new Place(key)));
      for (const { do: what, at, state } of steps) {
        for (const [which, table] of tables.entries()) {
          const place = places[which]?.[at];
          const key = KEYS[at] ?? '';
          if (what === 'merge') table.merge();
          else if (what === 'rollback') table.rollback();
          else if (what === 'delete' && table.get(key) !== undefined) table.delete(key);
          else if (what === 'at' && place !== undefined) table.at(place);
          else if (state !== null && what === 'set') table.set(key, state);
          else if (state !== null && place !== undefined) table.put(place, state);
        }
        const [rows, objects] = tables;
        expect(new Map(rows.entries())).toEqual(new Map(objects.entries()));
        expect(new Map(rows.committedEntries())).toEqual(new Map(objects.committedEntries()));
        expect([...rows.changed()].sort()).toEqual([...objects.changed()].sort());
        for (const [at, key] of KEYS.entries()) {
          const kept = places[0]?.[at];
          expect(rows.get(key)).toEqual(objects.get(key));
          expect(rows.fresh(key)).toEqual(objects.fresh(key));
          expect(rows.committed(key)).toEqual(objects.committed(key));
          expect(kept && rows.at(kept)).toEqual(objects.get(key));
        }
      }
    }),
  );
});
