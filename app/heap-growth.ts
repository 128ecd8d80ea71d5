import { setFlagsFromString } from 'node:v8';
import type { Meter } from '../ingest/meter.ts';
import { ROW } from '../ingest/stores/packed.ts';

/** Messages and readings a second from which on the heap may grow. */
const BUSY = 5_000;
/** ms over which they are counted. */
const SPAN = 1_000;
/** % by which the heap grows between two collections while much comes in. */
const ROOMY = 60;
const FLAG = /^--heap[-_]growing[-_]percent=(\d+)$/;

/**
 * With `--heap-growing-percent` (npm start), the heap stays near what is in use: thousands of silent devices take little.
 * A flood then had the collector run all the time, on cores that the line needs. So while much comes in the heap may
 * grow further, and afterwards as little as before. Without the flag nothing is changed.
 */
export function roomyUnderLoad(
  meter: Meter,
  { mono = () => performance.now(), argv = process.execArgv, set = setFlagsFromString }: HeapGrowthOptions = {},
): Meter {
  const given = argv.map((flag) => FLAG.exec(flag)?.[1]).find((percent) => percent !== undefined);
  if (given === undefined) return meter;
  const { commit } = meter;
  let since = mono();
  let work = 0;
  let roomy = false;

  function decide(now: number): void {
    const busy = (work / (now - since)) * 1_000 >= BUSY;
    since = now;
    work = 0;
    if (busy === roomy) return;
    roomy = busy;
    set(`--heap-growing-percent=${busy ? ROOMY : given}`);
  }

  return {
    ...meter,
    commit(done) {
      commit(done);
      work += done.items + (done.batch.arrivals?.length ?? 0) / ROW;
      const now = mono();
      if (now - since >= SPAN) decide(now);
    },
  };
}

interface HeapGrowthOptions {
  /** ms of the processor that works here: real time, also where the facility's runs faster. */
  readonly mono?: () => number;
  /** Flags that Node was given. */
  readonly argv?: readonly string[];
  readonly set?: (flag: string) => void;
}
