import { BlockUnreadable, zigzag, type ByteReader, type ByteWriter } from './bytes.ts';

/** Largest magnitude of a column's integers: differences of differences stay exact. */
export const LARGEST = 2 ** 50;

// How a column is written; the shortest is taken. The numbers stand in files.
const CONSTANT = 0;
/** What each is above the smallest. */
const ABOVE = 1;
/** What each is more than the one before. */
const DELTA = 2;
/** What each difference is more than the one before: equal steps are zeros. */
const DELTA_OF_DELTA = 3;
/** Value and length of each run of equal ones. */
const RUNS = 4;

/** Writes integers with |value| ≤ LARGEST; their count is known to the reader. */
export function writeIntegers(out: ByteWriter, values: readonly number[]): void {
  const mode = cheapest(values);
  out.byte(mode);
  switch (mode) {
    case CONSTANT:
      out.signed(values[0] ?? 0);
      return;
    case ABOVE: {
      const least = smallest(values);
      out.signed(least);
      for (const value of values) out.unsigned(value - least);
      return;
    }
    case DELTA:
      differences(values).forEach(out.signed);
      return;
    case DELTA_OF_DELTA:
      differences(differences(values)).forEach(out.signed);
      return;
    case RUNS:
      for (const { value, length } of runs(values)) {
        out.signed(value);
        out.unsigned(length);
      }
  }
}

export function readIntegers(bytes: ByteReader, count: number): number[] {
  const mode = bytes.byte();
  switch (mode) {
    case CONSTANT:
      return new Array<number>(count).fill(bytes.signed());
    case ABOVE: {
      const values: number[] = [];
      const least = bytes.signed();
      for (let left = count; left > 0; left -= 1) values.push(least + bytes.unsigned());
      return values;
    }
    case DELTA:
      return readDeltas(bytes, count);
    case DELTA_OF_DELTA:
      return readDeltasOfDeltas(bytes, count);
    case RUNS:
      return readRuns(bytes, count);
    default:
      throw new BlockUnreadable(`A column of a block is of kind ${mode}, which this program does not know.`);
  }
}

function readDeltas(bytes: ByteReader, count: number): number[] {
  const values: number[] = [];
  let value = 0;
  for (let left = count; left > 0; left -= 1) {
    value += bytes.signed();
    values.push(value);
  }
  return values;
}

function readDeltasOfDeltas(bytes: ByteReader, count: number): number[] {
  const values: number[] = [];
  let value = 0;
  let step = 0;
  for (let left = count; left > 0; left -= 1) {
    step += bytes.signed();
    value += step;
    values.push(value);
  }
  return values;
}

function readRuns(bytes: ByteReader, count: number): number[] {
  const values: number[] = [];
  while (values.length < count) {
    const value = bytes.signed();
    const length = bytes.unsigned();
    if (length === 0 || length > count - values.length)
      throw new BlockUnreadable('A run in a block of readings is too long.');
    for (let left = length; left > 0; left -= 1) values.push(value);
  }
  return values;
}

/** By the bits that an entropy coder behind it will need, about; not by bytes, in which small ones look alike. */
function cheapest(values: readonly number[]): number {
  const steps = differences(values);
  const least = smallest(values);
  if (steps.slice(1).every((step) => step === 0)) return CONSTANT;
  const costs: readonly (readonly [mode: number, bits: number])[] = [
    [DELTA_OF_DELTA, bitsOf(differences(steps), zigzag)],
    [DELTA, bitsOf(steps, zigzag)],
    [ABOVE, bitsOf(values, (value) => value - least)],
    [RUNS, bitsOfRuns(values)],
  ];
  return costs.reduce((best, candidate) => (candidate[1] < best[1] ? candidate : best))[0];
}

function bitsOf(values: readonly number[], code: (value: number) => number): number {
  let sum = values.length / 2;
  for (const value of values) sum += bits(code(value));
  return sum;
}

function bitsOfRuns(values: readonly number[]): number {
  let sum = 0;
  let length = 0;
  for (const [at, value] of values.entries()) {
    length += 1;
    if (values[at + 1] === value) continue;
    sum += bits(zigzag(value)) + bits(length) + 2;
    length = 0;
  }
  return sum;
}

function bits(value: number): number {
  return value < 2 ** 31 ? 32 - Math.clz32(value) : Math.ceil(Math.log2(value + 1));
}

function smallest(values: readonly number[]): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** The first as it is, then each minus the one before. */
function differences(values: readonly number[]): number[] {
  let previous = 0;
  return values.map((value) => {
    const difference = value - previous;
    previous = value;
    return difference;
  });
}

function runs(values: readonly number[]): { readonly value: number; readonly length: number }[] {
  const found: { value: number; length: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.value === value) last.length += 1;
    else found.push({ value, length: 1 });
  }
  return found;
}
