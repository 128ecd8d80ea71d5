import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { hashToken, newToken } from '../../ingest/stores/ledger/tokens.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { freePort } from '../servers/process.ts';
import { DEVICES, differences, eventsHeld, forwarded, readingsHeld, REGISTRY, startLoad } from './influx-load.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RATE = 200;

/** A data folder with a credential for each device. */
async function prepare(): Promise<{ dir: string; passwords: ReadonlyMap<string, string> }> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-influx-kill-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const stores = await openStores({ dataDir: dir, clock: systemClock() });
  const passwords = new Map(DEVICES.map((device) => [device, newToken()]));
  const at = Date.now();
  const accounts = [...passwords].map(([device, password]) => {
    const username = `mine.${device}`;
    const tokenHash = hashToken(stores.key, password);
    return { op: 'credential.create' as const, username, clientId: username, site: 'mine', device, tokenHash, at };
  });
  await stores.ledger.commit({ at, registry: [REGISTRY], accounts });
  await stores.close();
  return { dir, passwords };
}

/** The system in a process of its own; resolves when it takes devices in. */
async function start(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['app/launch.mjs', 'start'], {
    cwd: ROOT,
    env: { ...process.env, ...env, HTTP_PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('"ready"')) return child;
  throw new Error('the system ended before it was ready');
}

describe.skipIf(influx2Missing !== undefined)('devices publish throughout', () => {
  let server: Influx2;
  beforeAll(async () => {
    server = await startInflux2();
  });
  afterAll(() => server.close());

  test('whoever is killed, us, InfluxDB or both, each acknowledged reading is there once in the end', async () => {
    const { dir, passwords } = await prepare();
    const port = await freePort();
    const { url, token, org, bucket } = server;
    const env = {
      DATA_DIR: dir,
      MQTT_PORT: String(port),
      INFLUX_URL: url,
      INFLUX_TOKEN: token,
      INFLUX_ORG: org,
      INFLUX_BUCKET: bucket,
    };
    const kill = async (child: ChildProcess) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    };
    let system = await start(env);
    const load = startLoad({ port, passwords, rate: RATE });
    await load.more(RATE * 2);

    // Us, in the middle of whatever is under way.
    await kill(system);
    system = await start(env);
    await load.more(RATE);

    // InfluxDB, with an hour half written.
    await server.kill();
    await load.more(RATE);
    await server.restart();
    await load.more(RATE);

    // Both at once; we start with nobody there to take anything.
    await Promise.all([kill(system), server.kill()]);
    system = await start(env);
    await load.more(RATE);
    await server.restart();

    await load.stop();
    await forwarded(dir);
    const at = { url, database: bucket, headers: { authorization: `Token ${token}` } };
    expect(differences(load, await readingsHeld(at))).toEqual([]);
    expect(await eventsHeld(at)).toBe(load.events.size);
    await kill(system);
  }, 180_000);
});
