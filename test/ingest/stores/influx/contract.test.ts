import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InfluxStore } from '../../../../ingest/stores/influx/types.ts';
import { createSeriesDirectory, type SeriesDirectory } from '../../../../ingest/stores/series-directory.ts';
import type { Arrival } from '../../../../ingest/stores/arrival.ts';
import { packArrivals } from '../../../../ingest/stores/packed.ts';
import { newestBeforeOf, rangeOf, storedOf } from '../../../../ingest/stores/query.ts';
import { openSqliteReadings } from '../../../../ingest/stores/readings/sqlite.ts';
import type { ReadingsStore } from '../../../../ingest/stores/readings/types.ts';
import type { StoredReading } from '../../../../ingest/stores/readings/stored.ts';
import { createTail } from '../../../../ingest/stores/tail.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { HOUR, START, temporaryFolder } from '../fixtures/rows.ts';
import { readingsSuite } from '../readings/readings.suite.ts';
import { GENERATIONS, open, type RealServer } from './servers.ts';
import { packSettlements } from '../../../../ingest/stores/packed.ts';

describe.each(GENERATIONS)('$name', ({ name, missing, start }) => {
  describe.skipIf(missing !== undefined)('holds readings', () => {
    let server: RealServer;
    let store: InfluxStore;
    /** Each test finds its points at a site of its own, and nothing there. */
    let site = 0;
    const directory: Pick<SeriesDirectory, 'of'> = {
      of: (id) => ({
        site: `site${site}`,
        owner: { kind: 'point', id: `p${id}` },
        metric: 'water_temperature',
        area: `hall${site}`,
      }),
    };
    beforeAll(async () => {
      server = await start();
      store = await open(server, { directory });
    });
    afterAll(async () => {
      await store.close();
      await server.close();
    });

    const next = () => {
      site += 1;
      return Promise.resolve(store);
    };
    readingsSuite(name, next, { looks: false });

    test('the same numbers as the embedded store gives, whatever came late, twice, anew or again after a crash', async () => {
      const file = join(temporaryFolder(), 'readings.db');
      const blocks = await openSqliteReadings({ file });
      const here: Subject = {
        store: () => blocks,
        deliver: (some) =>
          blocks.settle(packSettlements(some.map((one) => ({ series: one.series, readings: [storedOf(one)] })))),
        restart: () => Promise.resolve(),
        receipt: undefined,
      };
      // Its clock stands before all that is measured: what is there already has to be found out by asking.
      const options = { directory: manySeries(), clock: new DrivenClock(START - HOUR) };
      await fc
        .assert(
          fc.asyncProperty(STORY, async (story) => {
            // Series and a database of its own for each case: none sees what another left.
            base += OF_A_CASE;
            let influx = await open(server, options);
            const { bucket } = influx;
            const there: Subject = {
              store: () => influx,
              deliver: (some) => influx.forward(packArrivals(some), 0),
              async restart() {
                await influx.close();
                influx = await open(server, { ...options, bucket });
              },
              receipt: ({ sourceTime: t, receivedAt }) => (receivedAt >= t && receivedAt <= t + 5_000 ? t : receivedAt),
            };
            const cases = await Promise.all([here, there].map((subject) => live(subject, story, base)));
            await influx.close();
            expect(cases[1]).toEqual(cases[0]);
          }),
          { numRuns: 6 },
        )
        .finally(() => blocks.close());
    });
  });
});

let base = 0;

/** A store, and the way on which it gets what the log holds. */
interface Subject {
  store(): ReadingsStore;
  deliver(some: readonly Arrival[]): Promise<unknown>;
  restart(): Promise<void>;
  /** When the newest of one time counts as received; or exactly then. Undefined: the first of its kind counts. */
  readonly receipt: ((newest: Arrival) => number) | undefined;
}

const OF_A_CASE = 6;

/** Two points with two metrics each, and two channels of a device's own, over and over. */
function manySeries() {
  const directory = createSeriesDirectory();
  const places = [
    [{ kind: 'point', id: 'pool' }, 'water_temperature'],
    [{ kind: 'point', id: 'pool' }, 'humidity'],
    [{ kind: 'point', id: 'tank' }, 'water_temperature'],
    [{ kind: 'point', id: 'tank' }, 'water_level'],
    [{ kind: 'device', id: 'gw1' }, 'co2'],
    [{ kind: 'device', id: 'gw1' }, 'co2.left_quality'],
  ] as const;
  const cases = Array.from({ length: 400 }, (_, at) => `site${at}`);
  directory.learn(
    cases.flatMap((site, at) =>
      places.map(([owner, metric], place) => ({ id: at * OF_A_CASE + place + 1, site, owner, metric })),
    ),
  );
  directory.locate((_, point) => `area-of-${point}`);
  return directory;
}

const VALUE = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -9_999, max: 9_999 }).map((hundredths) => hundredths / 100),
  fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0.1 + 0.2, 2 ** 53, 1e21, 1e-7),
);
const MARKS = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ quality: 'good', reason: null } as const) },
  { weight: 1, arbitrary: fc.constant({ quality: 'suspect', reason: 'flatline' } as const) },
  { weight: 1, arbitrary: fc.constant({ quality: 'suspect', reason: 'cross_check' } as const) },
  { weight: 1, arbitrary: fc.constant({ quality: 'bad', reason: 'sentinel' } as const) },
);
/** Few times, so that many meet: over three hours, in no order. */
const TIME = fc.integer({ min: 0, max: 90 }).map((at) => START + at * 120_000 + (at % 7));
const READING = fc.record({
  series: fc.integer({ min: 1, max: OF_A_CASE }),
  sourceTime: TIME,
  value: VALUE,
  marks: MARKS,
  backfilled: fc.boolean(),
  claimedTime: fc.option(fc.integer({ min: 0, max: 2 ** 42 })),
  delay: fc.oneof(fc.integer({ min: -60_000, max: 10 ** 10 }), fc.integer({ min: -2, max: 5_002 })),
});
const STEP = fc.oneof(
  /** A message of one device: readings that follow each other, often of one time. */
  { weight: 6, arbitrary: fc.array(READING, { minLength: 1, maxLength: 40 }) },
  /** So many of the log go to the store. */
  { weight: 3, arbitrary: fc.record({ deliver: fc.integer({ min: 1, max: 120 }) }) },
  /** We end and begin anew, and so many that the store has are in the log still. */
  { weight: 1, arbitrary: fc.record({ again: fc.integer({ min: 1, max: 80 }) }) },
);
const STORY = fc.array(STEP, { minLength: 15, maxLength: 40 });
type Story = typeof STORY extends fc.Arbitrary<infer T> ? T : never;

/** Lives a story with a store; what it and the tail hold together, at some moments and at the end. */
async function live(subject: Subject, story: Story, base: number): Promise<unknown[]> {
  const log: Arrival[] = [];
  const seen: unknown[] = [];
  let delivered = 0;
  let restarted = false;
  for (const step of [...story, { deliver: 7 }]) {
    if (Array.isArray(step)) {
      for (const { series, marks, delay, ...rest } of step)
        log.push({
          ...rest,
          ...marks,
          seq: log.length + 1,
          series: base + series,
          receivedAt: rest.sourceTime + delay,
        });
    } else if ('deliver' in step) {
      const some = log.slice(delivered, delivered + step.deliver);
      await subject.deliver(some);
      delivered += some.length;
      seen.push(await look());
    } else {
      delivered = Math.max(0, delivered - step.again);
      // A thread takes longer to start than all the rest.
      if (!restarted) await subject.restart();
      restarted = true;
    }
  }
  return [...seen, await look()];

  async function look() {
    const tail = createTail();
    tail.append(packArrivals(log.slice(delivered)));
    const sources = { readings: subject.store(), tail };
    const all = Array.from({ length: OF_A_CASE }, (_, at) => base + at + 1);
    return Promise.all(
      all.map(async (series) => {
        const known = ({ receivedAt, ...rest }: StoredReading) => {
          const newest = log.findLast((one) => one.series === series && one.sourceTime === rest.t);
          if (newest === undefined) throw new Error('nobody sent this');
          if (subject.receipt !== undefined) expect([subject.receipt(newest), newest.receivedAt]).toContain(receivedAt);
          return rest;
        };
        const whole = await rangeOf(sources, { series, from: 0, to: START + 10 * HOUR, limit: 1_000_000 });
        const part = await rangeOf(sources, { series, from: START + HOUR, to: START + 2 * HOUR, limit: 5 });
        const newest = await newestBeforeOf(sources, series, START + 2 * HOUR);
        return [whole.map(known), part.map(known), newest && known(newest)];
      }),
    );
  }
}
