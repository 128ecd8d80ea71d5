import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const PAGE = 4_096;
const cold = { ...WELL, 'water_temperature.outlet': 38 };

/** Overwrites what lies behind the first page, as a failing disk does. */
function spoil(file: string): void {
  const fd = openSync(file, 'r+');
  for (let at = PAGE; at < statSync(file).size; at += PAGE) writeSync(fd, Buffer.alloc(PAGE, 0xa5), 0, PAGE, at);
  closeSync(fd);
}

test('a ledger whose pages are destroyed while it runs is an outage that says what to do; nothing is acknowledged', async () => {
  const errors: string[] = [];
  // From a start on data that is there: of a new ledger everything stands in the log beside the file still.
  const first = await startRig({ registry: SITE });
  await first.report('gateway', WELL, { seconds: 60, every: 10 });
  await first.close();
  const rig = await startRig({
    registry: SITE,
    dir: first.dir,
    clock: first.clock,
    onError: (error) => errors.push(String(error)),
  });
  spoil(join(rig.dir, 'ledger.db'));

  const stopped = new Promise<void>((resolve) => rig.ingest.onStoring((storing) => storing || resolve()));
  let acknowledged = 0;
  const ticking = setInterval(() => rig.clock.advance(1_000), 50);
  void rig.values('gateway', cold).then(() => (acknowledged += 1));
  await stopped;
  clearInterval(ticking);
  await rig.pass(2);
  expect(acknowledged).toBe(0);
  expect(rig.value('shower')).toMatchObject({ value: 38, state: 'outside', stored: false });
  expect(rig.alarms('system.not_stored')).toHaveLength(1);
  expect(errors.join('\n')).toMatch(/restore the newest backup/);

  await rig.close();
  await expect(startRig({ registry: SITE, dir: rig.dir, clock: rig.clock })).rejects.toThrow(
    /restore the newest backup/,
  );
});
