import { setTimeout as wait } from 'node:timers/promises';
import { mayMount, mountSmallDisk } from '../ingest/stores/fixtures/small-disk.ts';
import { freePort } from '../servers/process.ts';
import { startInflux2, type Influx2 } from '../servers/influx2.ts';
import { startProxy, type Answer, type Fault, type Proxy } from '../servers/proxy.ts';
import { differences, eventsHeld, forwarded, readingsKept, REGISTRY, startLoad } from '../integration/influx-load.ts';
import { killProcess, prepareData, startProcess } from './system.ts';

const WRITE = '/api/v2/write';

/** Something that goes wrong for a while. */
interface Act {
  readonly name: string;
  begin(): Promise<unknown> | undefined;
  end(): Promise<unknown> | undefined;
}

const FAULTS: readonly Fault[] = [
  { kind: 'silent' },
  { kind: 'half-open' },
  { kind: 'refused' },
  { kind: 'reset-request' },
  { kind: 'reset-answer' },
  { kind: 'drip', everyMs: 500 },
];

/** Of a server, or of what stands before it; after so many of them it answers by itself. */
const ANSWERS: readonly (readonly [Answer, number])[] = [
  [{ status: 429, headers: { 'retry-after': '5' }, body: '{"error":"too many"}' }, Infinity],
  [{ status: 503, body: '{"error":"timeout"}' }, Infinity],
  // Of a second's events not one is so large that it is told alone.
  [{ status: 413, body: '{"error":"Request Entity Too Large"}' }, 3],
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
  const disk = mayMount('InfluxDB on a disk that is really full') ? mountSmallDisk({ megabytes: 256 }) : undefined;
  const server = await startInflux2(disk === undefined ? {} : { base: disk.dir });
  const token = await server.createToken({ read: [server.bucket], write: [server.bucket] });
  // Somebody else's schema: throughout, each batch has readings that are rejected.
  await server.write(`device_readings,device=other humidity="wet" ${Date.now()}`);
  const proxy = await startProxy(server.url);
  const data = await prepareData(REGISTRY);
  const port = await freePort();
  const env = {
    DATA_DIR: data.dir,
    MQTT_PORT: String(port),
    INFLUX_URL: proxy.url,
    INFLUX_TOKEN: token,
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
    for (const { name, begin, end } of acts({ proxy, server, token, disk })) {
      await begin();
      await wait(seconds * 1_000);
      await end();
      await recover(name);
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
    const kept = await readingsKept(at, data.dir);
    say(`${kept.held.size} readings held, ${kept.rejected.size + kept.forgotten} in the quarantine`);
    return [
      ...differences(load, kept),
      ...(events === load.events.size ? [] : [`${load.events.size} events acknowledged, ${events} held`]),
      ...(kept.rejected.size > 0 ? [] : ['no reading of the field with another type is in the quarantine']),
    ];
  } finally {
    await killProcess(system);
    await proxy.close();
    await server.close();
    disk?.unmount();
    data.remove();
  }
}

interface Scene {
  readonly proxy: Proxy;
  readonly server: Influx2;
  readonly token: string;
  readonly disk: ReturnType<typeof mountSmallDisk> | undefined;
}

function acts({ proxy, server, token, disk }: Scene): Act[] {
  const full: Act = {
    name: 'disk full',
    begin: () => void disk?.fill(),
    async end() {
      disk?.clear();
      // What it takes between these two starts it would drop at the second: docs/influxdb.md.
      await proxy.fault({ kind: 'refused' });
      await server.restart();
      await server.restart();
      await proxy.pass();
    },
  };
  return [
    ...FAULTS.map((fault) => ({
      name: fault.kind,
      begin: () => proxy.fault(fault, fault.kind === 'refused' || fault.kind === 'half-open' ? undefined : WRITE),
      end: () => proxy.pass(),
    })),
    ...ANSWERS.map(([answer, times]) => ({
      name: `${answer.status}`,
      begin: () => void proxy.answer(answer, times, WRITE),
      end: () => proxy.pass(),
    })),
    {
      name: 'token withdrawn',
      begin: () => server.switchToken(token, false),
      end: () => server.switchToken(token, true),
    },
    {
      name: 'bucket gone',
      begin: () => server.changeBucket(server.bucket, { name: 'elsewhere' }),
      end: () => server.changeBucket('elsewhere', { name: server.bucket }),
    },
    ...(disk === undefined ? [] : [full]),
  ];
}
