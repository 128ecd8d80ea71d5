import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { influx2Unstoppable, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { freePort } from '../servers/process.ts';
import { killProcess, prepareData, startProcess } from '../soak/system.ts';
import { differences, eventsHeld, forwarded, readingsKept, REGISTRY, startLoad } from './influx-load.ts';

const RATE = 200;

describe.skipIf(influx2Unstoppable !== undefined)('devices publish throughout', () => {
  let server: Influx2;
  beforeAll(async () => {
    server = await startInflux2();
  });
  afterAll(() => server.close());

  test('whoever is killed, us, InfluxDB or both, each acknowledged reading is there once in the end', async () => {
    const { dir, passwords, remove } = await prepareData(REGISTRY);
    onTestFinished(remove);
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
    let system = await startProcess(env);
    onTestFinished(() => void system.kill('SIGKILL'));
    const load = startLoad({ port, passwords, rate: RATE });
    await load.more(RATE * 2);

    // Us, in the middle of whatever is under way.
    await killProcess(system);
    system = await startProcess(env);
    await load.more(RATE);

    // InfluxDB, with an hour half written.
    await server.kill();
    await load.more(RATE);
    await server.restart();
    await load.more(RATE);

    // Both at once; we start with nobody there to take anything.
    await Promise.all([killProcess(system), server.kill()]);
    system = await startProcess(env);
    await load.more(RATE);
    await server.restart();

    await load.stop();
    await forwarded(dir);
    const at = { url, database: bucket, headers: { authorization: `Token ${token}` } };
    expect(differences(load, await readingsKept(at, dir))).toEqual([]);
    expect(await eventsHeld(at)).toBe(load.events.size);
    await killProcess(system);
  }, 180_000);
});
