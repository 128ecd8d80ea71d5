import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { en } from '../../../../dashboard/client/i18n/en.ts';
import { zh } from '../../../../dashboard/client/i18n/zh.ts';
import { startInfluxRig } from '../forward/influx-rig.ts';

test('what answers and is no InfluxDB is shown as that, not as out of reach, and is an alarm with its setting', async () => {
  const page = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void page.close());
  const address = page.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const nothing = () => Promise.reject(new Error('nothing is asked of it'));
  const at = await startInfluxRig({ url: `http://127.0.0.1:${port}`, query: nothing });
  const store = () => at.rig.ingest.levels().store;
  await at.until(() => store()?.state === 'invalid');
  await at.rig.values('gateway', { 'water_temperature.pool': 42 });
  await at.rig.pass(70);
  expect(store()).toMatchObject({ state: 'invalid', words: expect.stringContaining('is no InfluxDB') });
  expect(at.rig.alarms('system.store_unreachable')[0]?.detail).toContain('is no InfluxDB');
  for (const { states } of [zh.storagePage, en.storagePage]) expect(states.invalid).not.toBe(states.unreachable);
});
