import { execFileSync } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { systemClock } from '../../app/clock.ts';
import { readConfig } from '../../app/config.ts';
import { databaseSizes, openDataDir } from '../../app/data-dir.ts';
import { createLog } from '../../app/log.ts';
import { deviceUsername } from '../../contract/topics.ts';
import { hashToken } from '../../ingest/stores/ledger/tokens.ts';
import type { AccountChange } from '../../ingest/stores/ledger/types.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { startSystem } from '../../main.ts';
import { registriesOf, secretOf, SESSION } from './fleet.ts';

/** The real system in a process of its own, as `npm start` runs it; it sends figures whenever it is sent a message. */
const Options = Type.Object({
  dir: Type.String(),
  devices: Type.Integer(),
  metrics: Type.Integer(),
  perPoint: Type.Optional(Type.Integer()),
  doors: Type.Integer(),
  interval: Type.Integer(),
  areas: Type.Optional(Type.Integer()),
  /** Where readings are kept, in place of the embedded store. */
  influx: Type.Optional(
    Type.Object({ url: Type.String(), org: Type.String(), bucket: Type.String(), token: Type.String() }),
  ),
});
const given: unknown = JSON.parse(process.argv[2] ?? '{}');
if (!Check(Options, given)) throw new TypeError('the system takes dir, devices, metrics, doors and interval as JSON');
const { dir, influx, ...fleet } = given;
const outside =
  influx === undefined
    ? {}
    : {
        INFLUX_URL: influx.url,
        INFLUX_ORG: influx.org,
        INFLUX_BUCKET: influx.bucket,
        INFLUX_TOKEN: influx.token,
      };
const clock = systemClock();

/** What the folder holds, made in a process of its own: a server does not begin with thousands of devices just created. */
async function prepare(): Promise<void> {
  const registries = registriesOf(fleet);
  const { ledger, key, close } = await openStores({ dataDir: openDataDir(dir), clock });
  const at = clock.now().wall;
  const credentials = registries.flatMap(({ site, devices }) =>
    devices.map(({ id }): AccountChange => {
      const username = deviceUsername({ site, device: id });
      const tokenHash = hashToken(key, secretOf(username));
      return { op: 'credential.create', username, clientId: username, site, device: id, tokenHash, at };
    }),
  );
  const accounts: AccountChange[] = [
    { op: 'user.create', username: 'bench', post: 'Bench', role: 'viewer', passwordHash: 'none', at },
    {
      op: 'session.create',
      tokenHash: hashToken(key, SESSION),
      username: 'bench',
      at,
      expiresAt: at + 6 * 3_600_000,
    },
    ...credentials,
  ];
  await ledger.commit({ at, registry: registries, accounts });
  await close();
}

if (process.argv[3] === 'prepare') {
  await prepare();
  process.exit();
}
execFileSync(process.execPath, [import.meta.filename, JSON.stringify(given), 'prepare'], { stdio: 'inherit' });

const system = await startSystem({
  clock,
  log: createLog({ level: 'error', stream: process.stderr }),
  config: readConfig({
    argv: [],
    env: { DATA_DIR: dir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'error', MQTT_RATE: '100000', ...outside },
  }),
});

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.on('message', (asked) => {
  process.send?.({
    rss: process.memoryUsage().rss,
    peak: process.resourceUsage().maxRSS * 1_024,
    loopP99: delay.percentile(99) / 1e6,
    files: databaseSizes(dir),
  });
  if (asked === 'figures, and begin anew') delay.reset();
});
process.on('disconnect', () => void system.close().then(() => process.exit()));
process.send?.({ port: system.mqtt.port, url: system.url });
