import type { Effort } from './effort.ts';
import { doorDevice, siteOf } from './fleet.ts';
import { forceDoor } from './door.ts';
import { startBare, startLoader, startOurs } from './processes.ts';
import { must, percentile, spreadOf, type Result } from './result.ts';
import { openScreens } from './screens.ts';

const RATE = 2_000;

const single = (name: string, unit: string, value: number): Result => ({
  name,
  unit,
  median: value,
  lowest: value,
  highest: value,
});

/** From a publish to a socket client, while all devices together send 2,000 messages a second. */
export async function screens({ seconds, quick }: Effort): Promise<Result[]> {
  const devices = quick ? 20 : 2_000;
  const rate = quick ? 100 : RATE;
  const doors = quick ? 5 : 250;
  const server = await startOurs({ devices, metrics: 1, doors, interval: 10 });
  try {
    const sites = [...new Set(Array.from({ length: devices }, (_, device) => siteOf(device)))];
    const loader = await startLoader({ port: server.port, devices, metrics: 1 });
    const shown = await openScreens(server.url, sites);
    const opened = await Promise.all(Array.from({ length: doors }, (_, door) => forceDoor(server.port, door)));
    const warm = quick ? 0.2 : 5;
    await loader.run({ job: 'pace', rate, seconds: warm });
    shown.latencies.length = 0;
    await server.figures({ anew: true });
    const paced = loader.run({ job: 'pace', rate, seconds });
    const alarms: number[] = [];
    const gap = (seconds * 900) / doors; // ms: all of them within the run
    for (const [door, { force }] of opened.entries()) {
      const arrived = shown.alarmOn(doorDevice(door));
      const at = force();
      alarms.push((await arrived) - at);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, gap - (performance.now() - at))));
    }
    await paced;
    const { loopP99 = Number.NaN } = await server.figures();
    for (const { stop } of opened) stop();
    const values = shown.latencies;
    shown.stop();
    await loader.stop();
    const of = `${devices} devices, ${rate} messages/s`;
    const p99 = percentile(values, 0.99);
    const alarm99 = percentile(alarms, 0.99);
    return [
      single(`publish to screen, p50, ${of}`, 'ms', percentile(values, 0.5)),
      { ...single(`publish to screen, p99, ${of}`, 'ms', p99), must: must(p99, { most: 250, unit: 'ms' }) },
      single(`alarm to screen, p50, ${doors} alarms beside that`, 'ms', percentile(alarms, 0.5)),
      {
        ...single(`alarm to screen, p99, ${doors} alarms beside that`, 'ms', alarm99),
        must: must(alarm99, { most: 100, unit: 'ms' }),
      },
      single('delay of the event loop beside that, p99', 'ms', loopP99),
    ];
  } finally {
    await server.stop();
  }
}

/** One device that waits for each acknowledgement before it sends the next message. */
export async function waiting({ pairs, quick }: Effort): Promise<Result[]> {
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
    for (const kind of order) {
      const server = await (kind === 'ours'
        ? startOurs({ devices: 1, metrics: 1, doors: 0, interval: 10 })
        : startBare());
      try {
        const loader = await startLoader({ port: server.port, devices: 1, metrics: 1 });
        const [warm, seconds] = quick ? [0.1, 0.3] : [2, 8];
        const report = await loader.run({ job: 'flood', window: 1, warm, seconds });
        rates[kind].push(report.acknowledged / report.seconds);
        await loader.stop();
      } finally {
        await server.stop();
      }
    }
  }
  const ours = spreadOf(rates.ours);
  return [
    {
      name: 'one device that waits for each acknowledgement',
      unit: 'messages/s',
      ...ours,
      ratio: spreadOf(rates.ours.map((rate, at) => rate / (rates.bare[at] ?? Number.NaN))),
      must: must(ours.median, { least: 500, unit: 'messages/s' }),
    },
  ];
}
