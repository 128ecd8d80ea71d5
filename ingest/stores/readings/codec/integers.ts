import { riceBits, unzigzag, widthOf, zigzag, type BitReader, type BitWriter } from './bits.ts';
import { BlockUnreadable } from './unreadable.ts';

/** Largest magnitude of a column's integers: differences of differences stay exact. */
export const LARGEST = 2 ** 50;

// How a column is written; what takes fewest bits is taken. The numbers stand in files.
const CONSTANT = 0;
/** As they are, whatever their sign. */
const PLAIN = 1;
/** What each is above the smallest. */
const ABOVE = 2;
/** The first, and what each is more than the one before, as a column. */
const DELTA = 3;
/** Values and lengths of runs of equal ones, each as a column. */
const RUNS = 4;
/** Places on a grid, as a column of how far each is from the one before; and how far each lies beside its place. */
const GRID = 5;

const MODE_BITS = 3;
/** Of a parameter of Rice's code. */
const K_BITS = 6;
const NUMBER_BITS = 6;
/** Below this mean length, runs are not looked at. */
const SHORT_RUN = 3;
/** Sensors report every so many whole seconds, ms. */
const GRID_UNIT = 1_000;
/** Steps whose median tells how far apart they are. */
const SAMPLE = 31;

interface Plan {
  /** About what it takes. */
  readonly bits: number;
  readonly write: (out: BitWriter) => void;
}

/** Writes whole numbers with |value| ≤ LARGEST; their count is known to the reader. */
export function writeIntegers(out: BitWriter, values: Float64Array): void {
  planFor(values, { deltas: 2, runs: true }).write(out);
}

/** The same for ascending times, in ms: they may lie about a grid. */
export function writeTimes(out: BitWriter, times: Float64Array): void {
  const plain = planFor(times, { deltas: 2, runs: true });
  const grid = times.length < 4 ? plain : onGrid(times, plain);
  (grid.bits < plain.bits ? grid : plain).write(out);
}

/** @throws BlockUnreadable */
export function readIntegers(source: BitReader, count: number): Float64Array {
  const values = new Float64Array(count);
  const mode = source.bits(MODE_BITS);
  switch (mode) {
    case CONSTANT:
      return values.fill(source.signed());
    case PLAIN: {
      const k = source.bits(K_BITS);
      for (let at = 0; at < count; at += 1) values[at] = unzigzag(source.rice(k));
      return values;
    }
    case ABOVE: {
      const least = source.signed();
      const k = source.bits(K_BITS);
      for (let at = 0; at < count; at += 1) values[at] = least + source.rice(k);
      return values;
    }
    case DELTA: {
      values[0] = source.signed();
      const steps = readIntegers(source, rest(count));
      for (let at = 1; at < count; at += 1) values[at] = (values[at - 1] ?? 0) + (steps[at - 1] ?? 0);
      return values;
    }
    case RUNS:
      return readRuns(source, values);
    case GRID: {
      const step = source.number();
      let place = source.signed();
      const gaps = readIntegers(source, rest(count));
      const beside = readIntegers(source, count);
      for (let at = 0; at < count; at += 1) {
        if (at > 0) place += (gaps[at - 1] ?? 0) * step;
        values[at] = place + (beside[at] ?? 0);
      }
      return values;
    }
    default:
      throw new BlockUnreadable(`A column of a block is of kind ${mode}, which this program does not know.`);
  }
}

function rest(count: number): number {
  if (count < 1) throw new BlockUnreadable('A column of a block begins with what is not there.');
  return count - 1;
}

function readRuns(source: BitReader, values: Float64Array): Float64Array {
  const runs = source.number();
  if (runs > values.length) throw new BlockUnreadable('A column of a block has too many runs.');
  const [what, more] = [readIntegers(source, runs), readIntegers(source, runs)];
  let at = 0;
  for (let run = 0; run < runs; run += 1) {
    const length = (more[run] ?? 0) + 1;
    if (length < 1 || length > values.length - at)
      throw new BlockUnreadable('A run in a block of readings is too long.');
    values.fill(what[run] ?? 0, at, at + length);
    at += length;
  }
  if (at < values.length) throw new BlockUnreadable('The runs in a block of readings end too early.');
  return values;
}

/** `deltas`: how often differences may still be taken; `runs`: whether runs may be looked for. */
function planFor(values: Float64Array, { deltas, runs }: { deltas: number; runs: boolean }): Plan {
  const count = values.length;
  const first = values[0] ?? 0;
  let least = first;
  let changes = 0;
  for (let at = 1; at < count; at += 1) {
    const value = values[at] ?? 0;
    if (value < least) least = value;
    if (value !== values[at - 1]) changes += 1;
  }
  if (changes === 0)
    return {
      bits: numberBits(first),
      write(out) {
        out.bits(CONSTANT, MODE_BITS);
        out.signed(first);
      },
    };
  let best = plain(values);
  const consider = (other: Plan) => {
    if (other.bits < best.bits) best = other;
  };
  consider(above(values, least));
  if (deltas > 0) consider(delta(values, { deltas: deltas - 1, runs }));
  if (runs && (changes + 1) * SHORT_RUN < count) consider(inRuns(values, changes + 1));
  return best;
}

function plain(values: Float64Array): Plan {
  const { k, bits } = cheapest(values, undefined);
  return {
    bits: MODE_BITS + K_BITS + bits,
    write(out) {
      out.bits(PLAIN, MODE_BITS);
      out.bits(k, K_BITS);
      for (let at = 0; at < values.length; at += 1) out.rice(zigzag(values[at] ?? 0), k);
    },
  };
}

function above(values: Float64Array, least: number): Plan {
  const { k, bits } = cheapest(values, least);
  return {
    bits: numberBits(least) + K_BITS + bits,
    write(out) {
      out.bits(ABOVE, MODE_BITS);
      out.signed(least);
      out.bits(k, K_BITS);
      for (let at = 0; at < values.length; at += 1) out.rice((values[at] ?? 0) - least, k);
    },
  };
}

function delta(values: Float64Array, left: { deltas: number; runs: boolean }): Plan {
  const first = values[0] ?? 0;
  const steps = new Float64Array(values.length - 1);
  for (let at = 0; at < steps.length; at += 1) steps[at] = (values[at + 1] ?? 0) - (values[at] ?? 0);
  const of = planFor(steps, left);
  return {
    bits: numberBits(first) + of.bits,
    write(out) {
      out.bits(DELTA, MODE_BITS);
      out.signed(first);
      of.write(out);
    },
  };
}

function inRuns(values: Float64Array, runs: number): Plan {
  const [what, more] = [new Float64Array(runs), new Float64Array(runs)];
  let run = -1;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (run >= 0 && what[run] === value) more[run] = (more[run] ?? 0) + 1;
    else what[++run] = value;
  }
  const plans = [planFor(what, { deltas: 1, runs: false }), planFor(more, { deltas: 0, runs: false })];
  return {
    bits: numberBits(runs) + plans.reduce((sum, { bits }) => sum + bits, 0),
    write(out) {
      out.bits(RUNS, MODE_BITS);
      out.number(runs);
      for (const { write } of plans) write(out);
    },
  };
}

/** `otherwise`: where they have no grid. */
function onGrid(times: Float64Array, otherwise: Plan): Plan {
  const first = times[0] ?? 0;
  const steps = new Float64Array(times.length - 1);
  for (let at = 0; at < steps.length; at += 1) steps[at] = (times[at + 1] ?? 0) - (times[at] ?? 0);
  const step = Math.round(usual(steps) / GRID_UNIT) * GRID_UNIT;
  if (step === 0) return otherwise;
  const beside = new Float64Array(times.length);
  let before = 0;
  for (let at = 0; at < times.length; at += 1) {
    const since = (times[at] ?? 0) - first;
    const place = Math.round(since / step);
    if (at > 0) steps[at - 1] = place - before;
    before = place;
    beside[at] = since - place * step;
  }
  const plans = [planFor(steps, { deltas: 0, runs: true }), planFor(beside, { deltas: 2, runs: true })];
  return {
    bits: numberBits(first) + numberBits(step) + plans.reduce((sum, { bits }) => sum + bits, 0),
    write(out) {
      out.bits(GRID, MODE_BITS);
      out.number(step);
      out.signed(first);
      for (const { write } of plans) write(out);
    },
  };
}

/** The median of some. */
function usual(steps: Float64Array): number {
  const every = Math.ceil(steps.length / SAMPLE);
  const some = steps.filter((_, at) => at % every === 0).sort();
  return some[some.length >>> 1] ?? 0;
}

const numberBits = (value: number): number => MODE_BITS + NUMBER_BITS + widthOf(zigzag(value));

const WIDTHS = 55;
const counts = new Float64Array(WIDTHS);
const sums = new Float64Array(WIDTHS);

/**
 * The parameter of Rice's code that suits numbers best, and about how many bits they take by it. By how many there are
 * of each width and their mean: a few that are far from the others must not decide alone.
 */
function cheapest(values: Float64Array, least: number | undefined): { readonly k: number; readonly bits: number } {
  counts.fill(0);
  sums.fill(0);
  let [narrowest, widest] = [WIDTHS, 0];
  for (let at = 0; at < values.length; at += 1) {
    const value = least === undefined ? zigzag(values[at] ?? 0) : (values[at] ?? 0) - least;
    const width = widthOf(value);
    counts[width] = (counts[width] ?? 0) + 1;
    sums[width] = (sums[width] ?? 0) + value;
    if (width > widest) widest = width;
    if (width < narrowest) narrowest = width;
  }
  let [k, fewest] = [0, Infinity];
  for (let tried = Math.max(0, narrowest - 1); tried <= widest; tried += 1) {
    let bits = 0;
    for (let width = narrowest; width <= widest && bits < fewest; width += 1) {
      const count = counts[width] ?? 0;
      if (count > 0) bits += count * riceBits((sums[width] ?? 0) / count, tried);
    }
    if (bits < fewest) [k, fewest] = [tried, bits];
  }
  return { k, bits: fewest };
}
