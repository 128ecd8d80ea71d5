import { SESSION } from './fleet.ts';
import { DAY } from './past.ts';
import type { Server } from './processes.ts';
import { RANGES } from './history.ts';

export interface Asked {
  readonly site: string;
  readonly point: string;
  readonly from: number;
  readonly to: number;
}

export const PIXELS = 1_000;

/** A chart as the page asks for it; ms from the question to the last byte of the answer. */
export async function chart({ url }: Pick<Server, 'url'>, { site, point, from, to }: Asked): Promise<number> {
  const search = new URLSearchParams({
    series: `${point}/water_temperature`,
    from: String(from),
    to: String(to),
    pixels: String(PIXELS),
  });
  return ask({ url }, `/api/sites/${site}/history?${search.toString()}`);
}

/** ms that anything takes which a viewer may ask for. @throws Error with the answer, unless it is a good one. */
export async function ask({ url }: Pick<Server, 'url'>, path: string): Promise<number> {
  const from = performance.now();
  const answer = await fetch(`${url}${path}`, { headers: { cookie: `fw_session=${SESSION}` } });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return performance.now() - from;
}

export interface Stored {
  readonly site: string;
  readonly point: string;
  /** ms epoch at which its readings end. */
  readonly end: number;
  readonly days: number;
}

/** Charts of every range that a point has, in turn, `rounds` times after one that warms up; ms of each, by range. */
export async function chartsOf(
  server: Pick<Server, 'url'>,
  { site, point, end, days }: Stored,
  rounds: number,
): Promise<Map<string, number[]>> {
  const ranges = RANGES.filter(([, length]) => length <= days);
  const took = new Map<string, number[]>(ranges.map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, length] of ranges) {
      const ms = await chart(server, { site, point, from: end - length * DAY, to: end });
      if (round >= 0) took.get(name)?.push(ms);
    }
  }
  return took;
}
