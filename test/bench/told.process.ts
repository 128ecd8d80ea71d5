import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { systemClock } from '../../app/clock.ts';
import { readConfig } from '../../app/config.ts';
import { tellHistory } from '../../app/demo-history.ts';
import { demoRounds } from '../../app/demo-rounds.ts';
import { DEMO_LEADER, DEMO_USER, demoStores } from '../../app/demo-site.ts';
import { handoverClock } from '../../app/handover-clock.ts';
import { createLog } from '../../app/log.ts';
import type { Clock } from '../../contract/clock.ts';
import { hashToken } from '../../ingest/stores/ledger/tokens.ts';
import { startSystem } from '../../main.ts';
import { demoShift } from '../../simulators/demo.ts';
import { SESSION } from './fleet.ts';

/** The demo as `npm run demo` tells it, any number of days long, up to any moment; says how long that took. */
const Options = Type.Object({
  dir: Type.String(),
  days: Type.Number(),
  /** ms epoch at which the days end, for the system and whoever asks it; absent: now. */
  end: Type.Optional(Type.Number()),
});
const given: unknown = JSON.parse(process.argv[2] ?? '{}');
if (!Check(Options, given)) throw new TypeError('it takes dir, days and end as JSON');

const real = systemClock();
const ago = given.end === undefined ? 0 : real.now().wall - given.end;
const machine: Clock = {
  ...real,
  now() {
    const { wall, mono } = real.now();
    return { wall: wall - ago, mono };
  },
};
const today = machine.now().wall;
const begin = today - given.days * 86_400_000;
const clock = handoverClock(machine, begin);
const shift = demoShift(today);
const site = demoStores({ begin, today, shift });
const system = await startSystem({
  clock,
  log: createLog({ level: 'error', stream: process.stderr }),
  config: readConfig({
    argv: [],
    env: { DATA_DIR: given.dir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'error' },
  }),
  async prepare(stores) {
    await site.prepare(stores);
    const session = { tokenHash: hashToken(stores.key, SESSION), username: DEMO_USER.username };
    await stores.ledger.commit({
      at: begin,
      accounts: [{ op: 'session.create', ...session, at: begin, expiresAt: today + 86_400_000 }],
    });
  },
});
const from = performance.now();
const before = process.cpuUsage();
await tellHistory({
  ingest: system.ingest,
  clock,
  site: site.registry().site,
  seed: 1,
  shift,
  today: () => machine.now().wall,
  until: new Promise(() => undefined),
  duty: DEMO_USER,
  rounds: demoRounds({
    book: system.stores.shiftRecords,
    registry: site.registry(),
    duty: DEMO_USER,
    leader: DEMO_LEADER,
  }),
});
await system.drained();
const seconds = (performance.now() - from) / 1_000;
const { user, system: kernel } = process.cpuUsage(before);
process.on('disconnect', () => void system.close().then(() => process.exit()));
process.send?.({
  port: system.mqtt.port,
  url: system.url,
  seconds,
  cpu: (user + kernel) / 1e6,
  site: site.registry().site,
});
