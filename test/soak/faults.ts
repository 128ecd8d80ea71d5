import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../servers/process.ts';
import { startInflux2 } from '../servers/influx2.ts';
import { startProxy, type Fault } from '../servers/proxy.ts';
import { differences, eventsHeld, forwarded, readingsHeld, REGISTRY, startLoad } from '../integration/influx-load.ts';
import { killProcess, prepareData, startProcess } from './system.ts';

const WRITE = '/api/v2/write';

const FAULTS: readonly Fault[] = [
  { kind: 'silent' },
  { kind: 'half-open' },
  { kind: 'refused' },
  { kind: 'reset-request' },
  { kind: 'reset-answer' },
  { kind: 'drip', everyMs: 500 },
];

export interface FaultsOptions {
  /** Length of each fault. */
  readonly seconds: number;
  /** Messages a second. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

/**
 * Faults of full length, with the time-outs that are usual, while devices publish; then a kill of each side.
 * @returns what is not as it was acknowledged; none: all is well.
 */
export async function soakFaults({ seconds, rate, say }: FaultsOptions): Promise<string[]> {
  const server = await startInflux2();
  const proxy = await startProxy(server.url);
  const data = await prepareData(REGISTRY);
  const port = await freePort();
  const env = {
    DATA_DIR: data.dir,
    MQTT_PORT: String(port),
    INFLUX_URL: proxy.url,
    INFLUX_TOKEN: server.token,
    INFLUX_ORG: server.org,
    INFLUX_BUCKET: server.bucket,
  };
  const at = { url: server.url, database: server.bucket, headers: { authorization: `Token ${server.token}` } };
  let system = await startProcess(env);
  const load = startLoad({ port, passwords: data.passwords, rate });
  try {
    await load.more(rate);
    const recover = async (what: string) => {
      const begun = performance.now();
      await forwarded(data.dir);
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      say(`${what}: ${load.acknowledged.size} acknowledged so far, all held ${seconds} s after the recovery`);
    };
    for (const fault of FAULTS) {
      await proxy.fault(fault, fault.kind === 'refused' || fault.kind === 'half-open' ? undefined : WRITE);
      await wait(seconds * 1_000);
      await proxy.pass();
      await recover(fault.kind);
    }
    await killProcess(system);
    system = await startProcess(env);
    await recover('our process killed');
    await server.kill();
    await wait(seconds * 1_000);
    await server.restart();
    await recover('InfluxDB killed');
    await Promise.all([killProcess(system), server.kill()]);
    system = await startProcess(env);
    await load.more(rate);
    await server.restart();
    await recover('both killed');
    await load.stop();
    await forwarded(data.dir);
    const events = await eventsHeld(at);
    return [
      ...differences(load, await readingsHeld(at)),
      ...(events === load.events.size ? [] : [`${load.events.size} events acknowledged, ${events} held`]),
    ];
  } finally {
    await killProcess(system);
    await proxy.close();
    await server.close();
    data.remove();
  }
}
