import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Influx2 } from '../../servers/influx2.ts';

const Counted = Type.Object({
  results: Type.Tuple([
    Type.Object({
      series: Type.Optional(
        Type.Array(Type.Object({ values: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number()]))) })),
      ),
    }),
  ]),
});

/** What COUNT says, all its columns and series together: by a query of our own, none of those that are measured. */
export async function countOf(influx: Influx2, influxql: string): Promise<number> {
  const answer = await influx.query(influxql);
  if (!Check(Counted, answer)) throw new Error(`not understood: ${JSON.stringify(answer)}`);
  const rows = answer.results[0].series?.flatMap(({ values }) => values) ?? [];
  return rows.flatMap((row) => row.slice(1)).reduce((sum: number, cell) => sum + Number(cell), 0);
}

/** ms without a reading more, after which the rest counts as lost. */
const GIVE_UP = 30_000;

/** Resolves when the server holds so many, or comes no nearer; gives how many it holds. */
export async function untilHeld(count: () => Promise<number>, wanted: number): Promise<number> {
  let held = -1;
  for (let moved = performance.now(); ;) {
    const from = performance.now();
    const now = await count();
    const took = performance.now() - from;
    if (now >= wanted) return now;
    if (now > held) moved = performance.now();
    else if (performance.now() - moved > GIVE_UP) return now;
    held = now;
    // Asking is work for the server that is measured.
    await new Promise((resolve) => setTimeout(resolve, Math.max(200, took * 4)));
  }
}
