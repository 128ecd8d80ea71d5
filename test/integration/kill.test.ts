import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { hashToken, newToken } from '../../ingest/stores/ledger/tokens.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { rowsOf } from '../arrival-log.ts';
import { openSqliteReadings } from '../../ingest/stores/readings/sqlite.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KILLS = 10;
/** Messages that are acknowledged before each. */
const LEAST = 150;
const DEVICES = ['one', 'two', 'three'];
const name = (text: string) => ({ zh: text, en: text });

/** Showers whose scald alarm has no delays: each step over 50 °C and back is a transition at once. */
const registry: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  overrides: [{ standard: 'base.scald', onDelay: 0, offDelay: 0 }],
  areas: [{ id: 'bath', name: name('Bath') }],
  points: DEVICES.map((id) => ({ id, area: 'bath', name: name(id), role: 'shower_outlet' as const })),
  devices: DEVICES.map((id) => ({ id, name: name(id) })),
  bindings: DEVICES.map((id) => ({ device: id, metric: 'water_temperature', point: id, interval: 60 })),
};

async function prepare(dir: string): Promise<ReadonlyMap<string, string>> {
  const stores = await openStores({ dataDir: dir, clock: systemClock() });
  const passwords = new Map(DEVICES.map((device) => [device, newToken()]));
  const at = Date.now();
  const accounts = [...passwords].map(([device, password]) => {
    const username = `mine.${device}`;
    return {
      op: 'credential.create' as const,
      username,
      clientId: username,
      site: 'mine',
      device,
      tokenHash: hashToken(stores.key, password),
      at,
    };
  });
  await stores.ledger.commit({ at, registry: [registry], accounts });
  await stores.close();
  return passwords;
}

/** The system in a process of its own; resolves with the broker's port when it is ready. */
async function start(dir: string): Promise<{ child: ChildProcess; port: number }> {
  const env = { ...process.env, DATA_DIR: dir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, ['app/launch.mjs', 'start'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error('the system ended before it was ready');
}

interface Sent {
  readonly device: string;
  readonly ts: number;
  readonly value: number;
}

/** Publishes without pause at QoS 1, many in flight, and remembers what was acknowledged; `flows`: so many were. */
function load(
  port: number,
  passwords: ReadonlyMap<string, string>,
  { acknowledged, next, newest }: { acknowledged: Sent[]; next: () => number; newest: Map<string, number> },
) {
  const enough = acknowledged.length + LEAST;
  let running = true;
  let flowing = () => {};
  const flows = new Promise<void>((resolve) => {
    flowing = resolve;
  });
  const clients = DEVICES.map((device) => {
    const user = `mine.${device}`;
    const client = mqtt.connect({
      host: '127.0.0.1',
      port,
      clientId: user,
      username: user,
      password: passwords.get(device) ?? '',
      reconnectPeriod: 0,
      clean: true,
    });
    client.on('error', () => {});
    const send = () => {
      if (!running) return;
      const count = next();
      // A key of its own for each, however many a millisecond sees, before a kill and after it.
      const ts = Math.max((newest.get(device) ?? 0) + 1, Date.now());
      newest.set(device, ts);
      // Three below, three above: steps of 2 °C, which are no spikes.
      const sent = { device, ts, value: Math.floor(count / 9) % 2 === 0 ? 49 : 51 };
      client.publish(
        `fw/v1/mine/${device}/readings`,
        JSON.stringify({ ts: sent.ts, values: { water_temperature: sent.value } }),
        { qos: 1 },
        (error) => {
          if (error) return;
          if (acknowledged.push(sent) >= enough) flowing();
          setImmediate(send);
        },
      );
    };
    client.on('connect', () => {
      for (let inFlight = 0; inFlight < 20; inFlight += 1) send();
    });
    return client;
  });
  const stop = () => {
    running = false;
    for (const client of clients) client.end(true);
  };
  return { flows, stop };
}

/** What is on disk of the log, in arrival order, by plain SQL. */
function readLog(dir: string) {
  const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
  try {
    return {
      series: new Map(
        db
          .prepare('SELECT id, owner FROM series')
          .all()
          .map((row) => [Number(row['id']), String(row['owner'])]),
      ),
      arrivals: rowsOf(db, 'SELECT series, source_time AS ts, value FROM arrival ORDER BY seq'),
      journal: db
        .prepare(
          "SELECT what, alarm.subject AS point FROM journal JOIN alarm ON alarm.id = journal.alarm WHERE rule = 'base.scald' AND what IN ('raised', 'raised_again', 'returned') ORDER BY journal.id",
        )
        .all(),
      open: db
        .prepare(
          "SELECT subject, count(*) AS count FROM alarm WHERE rule = 'base.scald' AND closed_at IS NULL GROUP BY subject",
        )
        .all(),
    };
  } finally {
    db.close();
  }
}

test(
  'SIGKILL under load, ten times: nothing acknowledged is missing, and no alarm is doubled or lost',
  { timeout: 240_000 },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fw-kill-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const passwords = await prepare(dir);
    const acknowledged: Sent[] = [];
    const newest = new Map<string, number>();
    let count = 0;

    for (let kill = 0; kill < KILLS; kill += 1) {
      const { child, port } = await start(dir);
      const { flows, stop } = load(port, passwords, { acknowledged, next: () => count++, newest });
      await flows;
      await wait(Math.random() * 1_000);
      child.kill('SIGKILL');
      await once(child, 'close');
      stop();
    }
    // A last orderly start recovers what the last kill left.
    const { child } = await start(dir);
    child.kill('SIGTERM');
    await once(child, 'close');

    const { series, arrivals, journal, open } = readLog(dir);
    const stored = new Map<string, number>();
    for (const { series: id, ts, value } of arrivals)
      stored.set(`${series.get(Number(id))}|${Number(ts)}`, Number(value));
    const missing = acknowledged.filter(({ device, ts, value }) => stored.get(`${device}|${ts}`) !== value);
    // What an hour's end moved into a block meanwhile is looked up there.
    const readings = await openSqliteReadings({ file: join(dir, 'readings.db') });
    for (const { device, ts, value } of missing) {
      const [id] = [...series].find(([, owner]) => owner === device) ?? [-1];
      const [found] = await readings.range({ series: id, from: ts, to: ts + 1, limit: 1 });
      expect(found?.value ?? stored.get(`${device}|${ts}`), `${device} ${ts}`).toBe(value);
    }
    await readings.close();
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * LEAST);

    for (const { count: alarms } of open) expect(alarms).toBe(1);
    for (const device of DEVICES) {
      const told = journal.filter(({ point }) => point === device).map(({ what }) => what);
      // Raised and returned take turns: one raised twice, or one return lost, would break the rhythm.
      told.forEach((what, index) => expect(what === 'returned', `${device} ${index}`).toBe(index % 2 === 1));
      expect(told.length, device).toBeGreaterThan(2);
    }
  },
);
