import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import mqtt from 'mqtt';
import type { SiteRegistry } from '../../contract/registry.ts';
import { startInflux2 } from '../servers/influx2.ts';
import { freePort } from '../servers/process.ts';
import { startProxy } from '../servers/proxy.ts';
import { kept, type Message } from './backlog-kept.ts';
import { killProcess, prepareData, startProcess } from './system.ts';

const DEVICES = Array.from({ length: 40 }, (_, n) => `probe${n}`);
const WRITE = '/api/v2/write';
/** ms that the draining may take. */
const PATIENCE = 1_800_000;
/** Readings of one message, a ms apart. */
const READINGS = 20;
const name = (text: string) => ({ zh: text, en: text });

const registry: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  areas: [{ id: 'bath', name: name('Bath') }],
  points: DEVICES.map((id) => ({ id, area: 'bath', name: name(id), role: 'shower_outlet' as const })),
  devices: DEVICES.map((id) => ({ id, name: name(id) })),
  bindings: DEVICES.map((id) => ({ device: id, metric: 'water_temperature', point: id, interval: 60 })),
};

export interface BacklogOptions {
  /** Readings that wait before InfluxDB comes back. */
  readonly readings: number;
  /** Messages a second. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

/** Seconds that the bucket keeps readings, and from when it is away on. */
const LONG = 24 * 3_600;
const SHORT = 3_600;
const BUCKET = 'short';
/** Readings of one message that are older than that by the time they are sent. */
const OLD = 2;

/**
 * Lets readings pile up while InfluxDB is away, and looks at the line while they drain. Some are older than InfluxDB keeps
 * them by then, of which it alone knows: it answers 422. @returns what went wrong.
 */
export async function soakBacklog({ readings, rate, say }: BacklogOptions): Promise<string[]> {
  const server = await startInflux2();
  await server.createBucket(BUCKET, LONG);
  const proxy = await startProxy(server.url);
  const data = await prepareData(registry);
  const port = await freePort();
  const system = await startProcess({
    DATA_DIR: data.dir,
    MQTT_PORT: String(port),
    MAX_WAITING_READINGS: String(Math.max(2_000_000, readings * 2)),
    INFLUX_URL: proxy.url,
    INFLUX_TOKEN: server.token,
    INFLUX_ORG: server.org,
    INFLUX_BUCKET: BUCKET,
  });
  const db = new DatabaseSync(join(data.dir, 'ledger.db'), { readOnly: true });
  const depth = db.prepare(
    "SELECT (SELECT next_arrival_seq - 1 FROM head) - coalesce((SELECT upto FROM forwarded WHERE stream = 'arrivals'), 0) AS n",
  );
  const load = startMessages(port, data.passwords, rate);
  try {
    // From here on it knows its retention, and does not learn of another.
    await proxy.untilRequests(2, WRITE);
    await proxy.fault({ kind: 'refused' });
    await server.changeBucket(BUCKET, { retentionSeconds: SHORT });
    load.sendOld();
    while (Number(depth.get()?.['n']) < readings) await wait(500);
    const before = load.latency();
    say(`${String(depth.get()?.['n'])} readings wait; PUBACK p50 ${before.p50} ms, p99 ${before.p99} ms`);
    await proxy.pass();
    // It is asked again within 30 s.
    const written = proxy.requests(WRITE);
    await proxy.untilRequests(written + 1, WRITE);
    load.latency();
    const begun = performance.now();
    while (Number(depth.get()?.['n']) > rate * READINGS * 3 && performance.now() - begun < PATIENCE) await wait(100);
    const left = Number(depth.get()?.['n']);
    if (left > rate * READINGS * 3)
      return [`${left} readings wait still: the machine has too much to do for ${rate} messages a second beside them`];
    const during = load.latency();
    const seconds = (performance.now() - begun) / 1_000;
    say(
      `drained in ${seconds.toFixed(0)} s beside ${rate} messages/s; PUBACK p50 ${during.p50} ms, p99 ${during.p99} ms`,
    );
    const messages = await load.stop();
    while (Number(depth.get()?.['n']) > 0) await wait(100);
    const wrong: string[] = [];
    const at = { url: server.url, headers: { authorization: `Token ${server.token}` }, database: BUCKET };
    let [count, old] = [0, 0];
    for (const device of DEVICES) {
      const found = await kept(at, device, messages.get(device) ?? []);
      count += found.count;
      old += found.old;
      wrong.push(...found.wrong);
    }
    say(`${count} readings acknowledged, and ${old} that were too old`);
    if (old === 0) wrong.push('nothing was too old');
    if (during.p99 > Math.max(50, before.p99 * 2))
      wrong.push(`the line slowed down while the log drained: p99 ${before.p99} ms before, ${during.p99} ms`);
    return wrong;
  } finally {
    db.close();
    await killProcess(system);
    await proxy.close();
    await server.close();
    data.remove();
  }
}

/** Messages of many readings, all of one connection after the other acknowledged; latencies since they were last asked for. */
function startMessages(port: number, passwords: ReadonlyMap<string, string>, rate: number) {
  const acknowledged = new Map<string, Message[]>(DEVICES.map((device) => [device, []]));
  let old = 0;
  let took: number[] = [];
  let underWay = 0;
  let sent = 0;
  const devices = DEVICES.map((device) => {
    const user = `mine.${device}`;
    const password = passwords.get(device) ?? '';
    const client = mqtt.connect({ host: '127.0.0.1', port, clientId: user, username: user, password });
    return { device, client, ts: 0 };
  });
  const timer = setInterval(() => {
    for (let n = 0; n < rate / 50 && underWay < 20_000; n += 1) {
      const one = devices[sent++ % devices.length];
      if (one === undefined) return;
      one.ts = Math.max(one.ts, Date.now() - READINGS);
      const value = 42 + (Math.floor(sent / devices.length) % 20) / 10;
      const first = one.ts + 1;
      one.ts += READINGS;
      // Each a ms apart, too, so that none replaces another.
      const since = first - 2 * SHORT * 1_000;
      const times = Array.from({ length: READINGS }, (_, n) => (n < old ? since : first) + n);
      const message = times.map((ts) => ({ ts, values: { water_temperature: value } }));
      const [at, sentOld] = [performance.now(), old];
      underWay += 1;
      one.client.publish(`fw/v1/mine/${one.device}/readings`, JSON.stringify(message), { qos: 1 }, (error) => {
        underWay -= 1;
        took.push(performance.now() - at);
        if (!error) acknowledged.get(one.device)?.push({ first, value, count: READINGS, old: sentOld });
      });
    }
  }, 20);
  return {
    latency() {
      const sorted = took.toSorted((a, b) => a - b);
      took = [];
      const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      return { p50: at(0.5), p99: at(0.99) };
    },
    /** From now on each message begins with some that are too old for InfluxDB. */
    sendOld: () => void (old = OLD),
    async stop(): Promise<ReadonlyMap<string, readonly Message[]>> {
      clearInterval(timer);
      while (underWay > 0) await wait(50);
      for (const { client } of devices) client.end(true);
      return acknowledged;
    },
  };
}
