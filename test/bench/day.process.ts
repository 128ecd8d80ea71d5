import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { systemClock } from '../../app/clock.ts';
import { readConfig } from '../../app/config.ts';
import { databaseSizes } from '../../app/data-dir.ts';
import { handoverClock } from '../../app/handover-clock.ts';
import { createLog } from '../../app/log.ts';
import { startSystem } from '../../main.ts';
import { targetsOf } from '../../simulators/faults.ts';
import { planSite } from '../../simulators/plan.ts';
import { registryOf } from '../../simulators/registry.ts';
import { loadScenario } from '../../simulators/scenarios.ts';
import { createSimulation, type DeviceAction } from '../../simulators/simulation.ts';

/**
 * A simulated site that lives on the whole system at speed, under a clock that is told. `{ quarter }` says what is in use
 * whenever a quarter of a day is over.
 */
const Options = Type.Object({
  dir: Type.String(),
  devices: Type.Integer(),
  quarters: Type.Integer(),
  hours: Type.Number(),
});
const given: unknown = JSON.parse(process.argv[2] ?? '{}');
if (!Check(Options, given)) throw new TypeError('it takes dir, devices, quarters and hours as JSON');
const { dir, devices, quarters, hours } = given;

const HOUR = 3_600_000;
const BLOCK = 60_000;
/** 23:00 in Shanghai, when the bad night begins. */
const BEGIN = Date.UTC(2026, 10, 24, 15);

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

const plan = planSite({ site: 'mine', devices, timezone: 'Asia/Shanghai' });
const registry = registryOf(plan);
const clock = handoverClock(systemClock(), BEGIN);
const system = await startSystem({
  clock,
  log: createLog({ level: 'error', stream: process.stderr }),
  config: readConfig({ argv: [], env: { DATA_DIR: dir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'error' } }),
  async prepare({ ledger }) {
    await ledger.commit({ at: BEGIN, registry: [registry] });
  },
});
const { ingest } = system;
const scenario = loadScenario('bad_night', targetsOf(plan));
const nights = Array.from({ length: Math.ceil((quarters * hours) / 24) }, (_, night) => night * 86_400);
const simulation = createSimulation({
  plan,
  // The same bad night, every night.
  scenario: {
    ...scenario,
    faults: nights.flatMap((by) => scenario.faults.map((one) => ({ ...one, at: one.at + by }))),
  },
  seed: 1,
  start: BEGIN,
  step: 10,
});
const connections = new Map<string, number>();
let messages = 0;
let next = 1;

function perform(action: DeviceAction): void {
  const { device } = action;
  clock.moveTo(action.at);
  const at = clock.now();
  if (action.kind === 'publish') {
    messages += 1;
    const topic = { site: plan.site, device, leaf: action.leaf };
    const payload = Buffer.from(action.payload);
    void ingest.accept({ topic, payload, received: at, qos: 1, retain: false, origin: 'publish' });
  } else if (action.kind === 'connect') {
    connections.set(device, next);
    ingest.connection({ kind: 'connected', site: plan.site, device, connection: next++, address: '127.0.0.1', at });
  } else {
    const end = action.end === 'lost' ? 'lost' : 'disconnect';
    ingest.connection({ kind: 'ended', site: plan.site, device, connection: connections.get(device) ?? 0, end, at });
  }
}

process.on('disconnect', () => process.exit());
for (let quarter = 1, at = BEGIN; quarter <= quarters; quarter += 1) {
  const from = performance.now();
  for (const end = at + hours * HOUR; at < end;) {
    at = Math.min(end, at + BLOCK);
    for (const action of simulation.advance(at)) perform(action);
    clock.moveTo(at);
    clock.runDue();
    await system.drained();
  }
  const seconds = (performance.now() - from) / 1_000;
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ quarter, seconds, messages, rss, heap: heapUsed + external, files: databaseSizes(join(dir)) });
}
await system.close();
process.exit();
