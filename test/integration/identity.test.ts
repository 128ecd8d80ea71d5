import { connect } from 'node:net';
import { MqttClient } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { SITE } from '../ingest/line/site.ts';
import { startTestSystem } from './system.ts';
import { PATIENCE } from '../patience.ts';

test('two MQTT clients with one credential raise one alarm of their device, which names both addresses', async () => {
  const system = await startTestSystem({ registry: SITE, clock: systemClock() });
  const { host, port } = system.mqtt;
  const password = system.passwords.get('gateway') ?? '';
  for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
    const options = { clientId: 'mine.gateway', username: 'mine.gateway', password, reconnectPeriod: 20 };
    const client = new MqttClient(() => connect({ host, port, localAddress }), options);
    client.on('error', () => {});
    onTestFinished(() => void client.end(true));
  }
  const alarms = () =>
    system.rows("SELECT subject, detail, priority FROM alarm WHERE rule = 'device.identity_conflict'");
  await vi.waitUntil(() => alarms().length > 0, PATIENCE);
  await system.drained();
  expect(alarms()).toEqual([{ subject: 'gateway', detail: expect.any(String), priority: 3 }]);
  expect(String(alarms()[0]?.['detail']).split(', ').sort()).toEqual(['127.0.0.1', '127.0.0.2']);
});
