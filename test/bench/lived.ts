import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { ask } from './charts.ts';
import type { Effort } from './effort.ts';
import { next, start, stop } from './processes.ts';
import { must, one, shown, spreadOf, times, type Result } from './result.ts';

const Told = Type.Object({
  port: Type.Integer(),
  url: Type.String(),
  seconds: Type.Number(),
  /** Seconds of processor, all threads together. */
  cpu: Type.Number(),
  site: Type.String(),
});
const Quarter = Type.Object({
  quarter: Type.Integer(),
  seconds: Type.Number(),
  messages: Type.Integer(),
  rss: Type.Number(),
  heap: Type.Number(),
});

/** A process of this folder on a data folder of its own, both gone afterwards. */
async function within<T>(file: string, options: object, use: (child: ReturnType<typeof start>) => Promise<T>) {
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-lived-'));
  const child = start(file, JSON.stringify({ dir, ...options }));
  try {
    return await use(child);
  } finally {
    await stop(child);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The days that `npm run demo` tells before it opens. */
export async function demo({ quick, pairs }: Effort): Promise<Result[]> {
  const days = quick ? 0.1 : 7;
  const told: Static<typeof Told>[] = [];
  for (let round = 0; round < Math.min(pairs, 3); round += 1) {
    told.push(await within('told.process.ts', { days }, (child) => next(child, Told)));
  }
  const took = spreadOf(told.map(({ seconds }) => seconds));
  const name = `${days} days of the demo through the live line`;
  return [
    { name, unit: 's', ...took, must: must(took.median, { most: 20, unit: 's' }) },
    { name: `${name}: processor`, unit: 's', ...spreadOf(told.map(({ cpu }) => cpu)) },
  ];
}

const ZONE = 'Asia/Shanghai';

/** The register of a bathhouse's whole month: the demo's, told from the month's first day to its last. */
export async function sheet({ quick }: Effort): Promise<Result[]> {
  const month = Temporal.PlainYearMonth.from('2026-10');
  const first = month.toPlainDate({ day: 1 }).toZonedDateTime(ZONE).epochMilliseconds;
  const last = month.add({ months: 1 }).toPlainDate({ day: 1 }).toZonedDateTime(ZONE).epochMilliseconds;
  // A morning later, so that the month's last shift is over and computed.
  const end = last + 6 * 3_600_000;
  const days = quick ? 1 : (end - first) / 86_400_000;
  return within('told.process.ts', { days, end }, async (child) => {
    const { url, site, seconds } = await next(child, Told);
    const path = `/api/sites/${site}/areas/mens-bath/sheet`;
    const results: Result[] = [one(`${Math.round(days)} days of the demo, told for the sheet`, 's', seconds)];
    for (const [name, at, most] of [
      ['the month’s sheet of a bathhouse', `${path}?month=${month.toString()}`, 300],
      ['the same as CSV', `${path}/csv?month=${month.toString()}&language=zh`, undefined],
      ['the same as XLSX', `${path}/xlsx?month=${month.toString()}&language=zh`, undefined],
    ] as const) {
      results.push(one(`${name}, the first time`, 'ms', await ask({ url }, at)));
      const took: number[] = [];
      for (let round = 0; round < (quick ? 2 : 100); round += 1) took.push(await ask({ url }, at));
      results.push(times(name, took, most));
    }
    return results;
  });
}

const FIRST_QUARTERS = 2;
/** What is in use after a day may be so many times what was in use when it began. */
const FLAT = 1.1;

/** A day of a site of ten small mines at speed, each night a bad one, after half a day that warms up. */
export async function day({ quick }: Effort): Promise<Result[]> {
  const [devices, hours] = quick ? [28, 0.2] : [280, 6];
  const quarters = FIRST_QUARTERS + 4;
  return within('day.process.ts', { devices, hours, quarters }, async (child) => {
    const seen: Static<typeof Quarter>[] = [];
    while (seen.length < quarters) seen.push(await next(child, Quarter));
    const of = seen.slice(FIRST_QUARTERS - 1);
    const [from, to] = [of[0], of.at(-1)];
    if (from === undefined || to === undefined) throw new Error('no quarter was told');
    const took = of.slice(1).reduce((sum, { seconds }) => sum + seconds, 0);
    const name = `${4 * hours} h of ${devices} devices at speed`;
    const hourOf = (quarter: number) => shown((quarter - FIRST_QUARTERS) * hours);
    const growth = to.heap / from.heap;
    return [
      one(`${name}: took`, 's', took),
      one(`${name}: messages`, '', to.messages - from.messages),
      ...of.map(({ quarter, heap }) => one(`${name}: heap after hour ${hourOf(quarter)}`, 'MB', heap / 1e6)),
      ...of.map(({ quarter, rss }) => one(`${name}: memory after hour ${hourOf(quarter)}`, 'MB', rss / 1e6)),
      {
        ...one(`${name}: heap at its end to its beginning`, '×', growth),
        must: must(growth, { most: FLAT, unit: '×' }),
      },
    ];
  });
}
