import { InfluxFailed } from './types.ts';
import { queryPath, tablesOf } from './queries.ts';
import { OF_DEVICES, OF_POINTS } from './style.ts';
import type { Wire } from './wire.ts';

/** ms after our start in which what somebody wrote before us may lie; devices whose clocks may be ahead by more are rare. */
const SLACK = 600_000;
/** ms by which a device's clock may be ahead at most: that much where it cannot be found out. */
const LONGEST = 86_400_000;

/**
 * The newest time (ms epoch) at which there may be a reading that somebody else wrote: one without its fields for
 * quality and delay would leave those of its predecessor standing. `began`: when we did; what we replace since then we
 * know. In what is empty that is all, as somebody may be copying the past into it.
 * @throws InfluxFailed when the server cannot be reached
 */
export async function overlapOf(wire: Wire, bucket: string, began: number): Promise<number> {
  const after = began + SLACK;
  const ask = async (influxql: string) => tablesOf((await wire.ask(queryPath(bucket, influxql))).body).tables;
  const from = `"${OF_POINTS}", "${OF_DEVICES}"`;
  try {
    const measurements = await ask(`SHOW MEASUREMENTS WITH MEASUREMENT =~ /^(${OF_POINTS}|${OF_DEVICES})$/`);
    if (measurements.length === 0) return began;
    const ahead = await ask(`SELECT * FROM ${from} WHERE time > ${after}ms ORDER BY time DESC LIMIT 1`);
    return ahead.flatMap(({ values }) => values).reduce((newest, [t]) => Math.max(newest, Number(t)), after);
  } catch (error) {
    if (error instanceof InfluxFailed && (error.trouble === 'unreachable' || error.trouble === 'busy')) throw error;
    return began + LONGEST;
  }
}
