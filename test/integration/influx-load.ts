import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import type { SiteRegistry } from '../../contract/registry.ts';

export const DEVICES = ['one', 'two', 'three', 'four'];
const name = (text: string) => ({ zh: text, en: text });

/** Showers, each measured by a device of its own, and doors whose events they tell too. */
export const REGISTRY: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  areas: [{ id: 'bath', name: name('Bath') }],
  points: DEVICES.flatMap((id) => [
    { id, area: 'bath', name: name(id), role: 'shower_outlet' as const },
    { id: `door-${id}`, area: 'bath', name: name(`Door ${id}`), role: 'door' as const },
  ]),
  devices: DEVICES.map((id) => ({ id, name: name(id) })),
  bindings: DEVICES.flatMap((id) => [
    { device: id, metric: 'water_temperature', point: id, interval: 60 },
    { device: id, metric: 'events', point: `door-${id}` },
  ]),
};

export interface Load {
  /** Values that were sent and acknowledged, by `device metric time`. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** The same of all that was sent: what was not acknowledged may be stored all the same. */
  readonly sent: ReadonlyMap<string, number>;
  /** Ids of events that were acknowledged. */
  readonly events: ReadonlySet<string>;
  /** Resolves when so many more were acknowledged. */
  more(count: number): Promise<void>;
  /** Sends nothing new; resolves when all that was sent is acknowledged. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly port: number;
  readonly passwords: ReadonlyMap<string, string>;
  /** Messages a second, all devices together. */
  readonly rate: number;
}

/** Real devices that publish at QoS 1 throughout, connect again when they lost the broker, and keep what it did not acknowledge. */
export function startLoad({ port, passwords, rate }: LoadOptions): Load {
  const acknowledged = new Map<string, number>();
  const sent = new Map<string, number>();
  const events = new Set<string>();
  const watchers = new Set<() => void>();
  let underWay = 0;
  let count = 0;

  const done = (): void => {
    underWay -= 1;
    for (const look of watchers) look();
  };

  function publish(client: MqttClient, leaf: string, payload: unknown, stored: () => void): void {
    underWay += 1;
    client.publish(`fw/v1/mine/${leaf}`, JSON.stringify(payload), { qos: 1 }, (error) => {
      if (!error) stored();
      done();
    });
  }

  const devices = DEVICES.map((device) => {
    const user = `mine.${device}`;
    const client = mqtt.connect({
      host: '127.0.0.1',
      port,
      clientId: user,
      username: user,
      password: passwords.get(device) ?? '',
      reconnectPeriod: 100,
      clean: true,
    });
    client.on('error', () => {});
    return { device, client, ts: 0 };
  });

  function send(): void {
    const one = devices[count % devices.length];
    if (one === undefined) return;
    count += 1;
    one.ts = Math.max(one.ts + 1, Date.now());
    const { device, client, ts } = one;
    // To and fro by tenths: no spike, no flatline.
    const value = 42 + (Math.floor(count / devices.length) % 20) / 10;
    // What no point is bound to, now and then: somebody else may have given its field another type.
    const unbound = count % 50 > 0 ? {} : { humidity: 60 + (count % 300) / 50 };
    const values = { water_temperature: value, ...unbound };
    const keyed = Object.entries(values).map(([metric, one]) => [`${device} ${metric} ${ts}`, one] as const);
    for (const [key, one] of keyed) sent.set(key, one);
    publish(client, `${device}/readings`, { ts, values }, () => {
      for (const [key, one] of keyed) acknowledged.set(key, one);
    });
    if (count % 50 > 0) return;
    // Two events of one millisecond.
    for (const half of ['a', 'b']) {
      const id = `${count}${half}`;
      const event = { id, ts, kind: 'contact', open: half === 'a' };
      publish(client, `${device}/events`, event, () => void events.add(`${device} ${id}`));
    }
  }

  const perTick = Math.max(1, Math.round(rate / 50));
  const timer = setInterval(() => {
    // A broker that takes nothing fills no memory of ours.
    for (let n = 0; n < perTick && underWay < 20_000; n += 1) send();
  }, 20);

  function until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  }

  return {
    acknowledged,
    sent,
    events,
    more(wanted) {
      const from = acknowledged.size;
      return until(() => acknowledged.size >= from + wanted);
    },
    async stop() {
      clearInterval(timer);
      await until(() => underWay === 0);
      for (const { client } of devices) client.end(true);
    },
  };
}

/** Resolves when all that the ledger of a running system holds by now is forwarded. */
export async function forwarded(dir: string): Promise<void> {
  const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
  try {
    const newest = db.prepare(
      'SELECT (SELECT next_arrival_seq - 1 FROM head) AS arrivals, (SELECT coalesce(max(id), 0) FROM event) AS events',
    );
    const wanted = newest.get();
    const upto = db.prepare('SELECT coalesce(max(upto), 0) AS n FROM forwarded WHERE stream = ?');
    for (const stream of ['arrivals', 'events'])
      while (Number(upto.get(stream)?.['n']) < Number(wanted?.[stream])) await wait(50);
  } finally {
    db.close();
  }
}

const Found = Type.Object({
  results: Type.Array(
    Type.Object({
      series: Type.Optional(
        Type.Array(
          Type.Object({
            tags: Type.Optional(Type.Record(Type.String(), Type.String())),
            values: Type.Array(Type.Array(Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]))),
          }),
        ),
      ),
    }),
  ),
});

export interface Server {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly database: string;
}

/** Rows of a query of InfluxQL, by code that is not ours; times in ms. */
export async function ask({ url, headers = {}, database }: Server, influxql: string) {
  const query = new URLSearchParams({ q: influxql, db: database, epoch: 'ms' });
  const response = await fetch(`${url}/query?${query.toString()}`, { headers });
  const [result] = Parse(Found, await response.json()).results;
  return result?.series ?? [];
}

/** Where readings are in the end, by `device metric time`. */
export interface Kept {
  /** With the server. */
  readonly held: ReadonlyMap<string, number>;
  /** In the quarantine, as the server rejected them. */
  readonly rejected: ReadonlyMap<string, number>;
  /** How many more of them the quarantine counted than it keeps. */
  readonly forgotten: number;
}

const MEASURED = { water_temperature: ['readings', 'point'], humidity: ['device_readings', 'device'] } as const;

/** What the server holds, and what the ledger in `dir` keeps of what it rejected. */
export async function readingsKept(server: Server, dir: string): Promise<Kept> {
  const held = new Map<string, number>();
  for (const [metric, [measurement, tag]] of Object.entries(MEASURED))
    for (const { tags, values } of await ask(server, `SELECT ${metric} FROM ${measurement} GROUP BY ${tag}`))
      for (const [time, value] of values)
        if (typeof value === 'number') held.set(`${tags?.[tag]} ${metric} ${String(time)}`, value);
  const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
  try {
    const rejected = new Map<string, number>();
    const rows = db.prepare("SELECT device, detail FROM quarantine WHERE code = 'store_rejected'").all();
    for (const { device, detail } of rows) {
      const told = /does not take (\w+) ([0-9.]+) of .* at (\S+): /.exec(String(detail));
      rejected.set(`${String(device)} ${told?.[1]} ${Date.parse(told?.[3] ?? '')}`, Number(told?.[2]));
    }
    const seen = db.prepare("SELECT coalesce(sum(seen), 0) AS n FROM quarantine_group WHERE code = 'store_rejected'");
    return { held, rejected, forgotten: Number(seen.get()?.['n']) - rows.length };
  } finally {
    db.close();
  }
}

/** How many events the server holds. */
export async function eventsHeld(server: Server): Promise<number> {
  const [found] = await ask(server, `SELECT count(late) FROM events WHERE kind = 'contact'`);
  return Number(found?.values[0]?.[1] ?? 0);
}

/** What is acknowledged and nowhere, there with another value, or there although nobody sent it so. */
export function differences(
  { acknowledged, sent }: Pick<Load, 'acknowledged' | 'sent'>,
  { held, rejected, forgotten }: Kept,
): string[] {
  const missing = [...acknowledged].filter(([key, value]) => (held.get(key) ?? rejected.get(key)) !== value);
  // Of many the quarantine keeps the number alone.
  const told = missing.filter(([key]) => !key.includes(' humidity ') || missing.length > forgotten);
  const strange = [...held, ...rejected].filter(([key, value]) => sent.get(key) !== value);
  return [
    ...told.map(([key, value]) => `${key}: ${value} acknowledged, ${held.get(key) ?? rejected.get(key)} kept`),
    ...strange.map(([key, value]) => `${key}: ${value} kept, ${sent.get(key)} sent`),
  ];
}
