import { expect, test } from 'vitest';
import { roomyUnderLoad } from '../../app/heap-growth.ts';
import { createMetrics } from '../../app/metrics.ts';
import { DrivenClock } from '../driven-clock.ts';
import { arrival } from '../ingest/stores/fixtures/rows.ts';
import { packArrivals } from '../../ingest/stores/packed.ts';

function metered(argv: readonly string[]) {
  const flags: string[] = [];
  let mono = 0;
  const metrics = createMetrics({ clock: new DrivenClock(), version: '0' });
  const meter = roomyUnderLoad(metrics.meter, { mono: () => mono, argv, set: (flag) => flags.push(flag) });
  /** A second in which so many readings are committed, in ten commits. */
  const second = (readings: number) => {
    for (let commit = 0; commit < 10; commit += 1) {
      mono += 100;
      const arrivals = Array.from({ length: readings / 10 }, (_, index) => arrival(index + 1));
      meter.commit({ took: 1, items: 1, batch: { at: 0, arrivals: packArrivals(arrivals) } });
    }
  };
  return { flags, second, metrics };
}

test('the heap may grow while much comes in, and as little as before afterwards', async () => {
  const { flags, second, metrics } = metered(['--max-semi-space-size=8', '--heap-growing-percent=10']);
  second(500);
  expect(flags).toEqual([]);
  second(20_000);
  second(20_000);
  expect(flags).toEqual(['--heap-growing-percent=60']);
  second(100);
  second(100);
  expect(flags).toEqual(['--heap-growing-percent=60', '--heap-growing-percent=10']);
  // What is counted is counted all the same.
  expect(await metrics.text()).toMatch(/fw_readings_total\{quality="good"\} 40700/);
});

test('without the flag the heap is left to Node', () => {
  const { flags, second } = metered(['--enable-source-maps']);
  second(20_000);
  second(20_000);
  expect(flags).toEqual([]);
});
