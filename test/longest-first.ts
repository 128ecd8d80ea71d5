import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that take half a minute and more, the longest first: the one that begins last is waited for by all. */
const LONGEST = [
  'test/dashboard/client/screens.test.ts',
  'test/simulators/faults.test.ts',
  'test/integration/demo.test.ts',
  'test/dashboard/client/wall.test.ts',
  'test/ingest/line/histories.property.test.ts',
  'test/bench/bench.test.ts',
  'test/simulators/process.test.ts',
  'test/integration/influx.test.ts',
  'test/browser/live.test.ts',
  'test/integration/kill.test.ts',
  'test/dashboard/client/devices-page.test.ts',
  'test/ingest/stores/influx/contract.test.ts',
  'test/broker/storm.test.ts',
];

/** A fresh checkout knows no durations of former runs. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((file) => moduleId === join(import.meta.dirname, '..', file));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
