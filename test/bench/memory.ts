import type { Effort } from './effort.ts';
import { startLoader, startOurs } from './processes.ts';
import { must, type Result } from './result.ts';
import { logDepth } from './throughput.ts';

const fleetOf = (quick: boolean) => ({ devices: quick ? 50 : 5_000, metrics: 1, doors: 0, interval: 60 });

const line = (name: string, unit: string, value: number): Result => ({
  name,
  unit,
  median: value,
  lowest: value,
  highest: value,
});

/** Devices that are connected and say nothing. */
export async function idle({ quick }: Effort): Promise<Result[]> {
  const fleet = fleetOf(quick);
  const server = await startOurs(fleet);
  try {
    const loader = await startLoader({ port: server.port, ...fleet });
    await new Promise((resolve) => setTimeout(resolve, quick ? 100 : 20_000));
    const { rss, peak } = await server.figures();
    await loader.stop();
    const name = `memory with ${fleet.devices} devices connected and idle`;
    return [
      { ...line(name, 'MB', rss / 1e6), must: must(rss / 1e6, { most: 300, unit: 'MB' }) },
      line('most memory while they connected', 'MB', peak / 1e6),
    ];
  } finally {
    await server.stop();
  }
}

/** All devices connect at once, each with its publishes pipelined behind the CONNECT. */
export async function storm({ quick }: Effort): Promise<Result[]> {
  const fleet = fleetOf(quick);
  const messages = quick ? 10 : 100;
  const server = await startOurs(fleet);
  try {
    const from = performance.now();
    const loader = await startLoader({ port: server.port, ...fleet, pipelined: messages });
    const seconds = (performance.now() - from) / 1_000;
    const { peak } = await server.figures();
    await loader.stop();
    const of = `${fleet.devices} devices × ${messages} messages`;
    const lost = fleet.devices * messages - logDepth(server);
    return [
      { ...line(`storm, ${of}: most memory`, 'MB', peak / 1e6), must: must(peak / 1e6, { most: 600, unit: 'MB' }) },
      {
        ...line(`storm, ${of}: all acknowledged after`, 's', seconds),
        must: must(seconds, { most: 30, unit: 's' }),
      },
      {
        ...line(`storm, ${of}: not in the log of arrivals`, 'readings', lost),
        must: must(lost, { most: 0, unit: 'readings' }),
      },
    ];
  } finally {
    await server.stop();
  }
}
