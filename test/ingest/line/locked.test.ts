import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.outlet': 38 };

const LOCK = `
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[1]);
db.exec('BEGIN IMMEDIATE');
console.log('locked');
process.stdin.on('end', () => db.exec('ROLLBACK')).resume();`;

/** Another process that writes into the file and does not come to an end. */
async function lockedBySomebody(file: string) {
  const somebody = spawn(process.execPath, ['-e', LOCK, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void somebody.kill('SIGKILL'));
  await once(somebody.stdout, 'data');
  return async () => {
    somebody.stdin.end();
    await once(somebody, 'close');
  };
}

test('a ledger that another process holds is an outage: shown, not acknowledged, stored once when it lets go', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  const letGo = await lockedBySomebody(join(rig.dir, 'ledger.db'));
  const stopped = new Promise<void>((resolve) => rig.ingest.onStoring((storing) => storing || resolve()));
  let acknowledged = false;
  const at = rig.clock.now().wall;
  void rig.values('gateway', cold, at).then(() => (acknowledged = true));
  // Each attempt waits for the lock in real time; what the line's patience goes by is the driven clock.
  const ticking = setInterval(() => rig.clock.advance(1_000), 200);
  await stopped;
  clearInterval(ticking);
  expect(acknowledged).toBe(false);
  expect(rig.snapshot().site.storing).toBe(false);
  expect(rig.value('shower')).toMatchObject({ value: 38, state: 'outside', stored: false });

  await letGo();
  await rig.pass(3);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(acknowledged).toBe(false);
  // The device, whose connection was closed, sends it again, and once more.
  await rig.values('gateway', cold, at);
  await rig.values('gateway', cold, at);
  const stored = rig.rows(`SELECT count(*) AS n FROM arrival WHERE source_time = ${at}`);
  expect(stored).toEqual([{ n: Object.keys(cold).length }]);
  expect(rig.value('shower')).toMatchObject({ value: 38, stored: true });
  expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'storing%' ORDER BY id")).toEqual([
    { kind: 'storing_stopped' },
    { kind: 'storing_again' },
  ]);
  expect(rig.rows("SELECT rule FROM alarm WHERE rule = 'system.not_stored'")).toHaveLength(1);
});
