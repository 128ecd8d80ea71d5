import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { SITE } from '../ingest/line/site.ts';
import { DrivenClock } from '../driven-clock.ts';
import { startTestSystem, type TestSystem } from './system.ts';

const VIEWER = { username: 'prometheus', post: '监控', role: 'viewer', password: 'scrapes-every-15-seconds' } as const;

async function signIn({ url }: TestSystem): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: url };
  const body = JSON.stringify({ username: VIEWER.username, password: VIEWER.password });
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers, body });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Samples of the text format, by name and labels, read by nothing of the library that wrote them. */
async function scrape({ url }: TestSystem, cookie: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: { cookie } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

test('what devices sent, and what became of it, can be scraped by whoever has a session', async () => {
  const clock = new DrivenClock(Date.UTC(2026, 10, 25, 4));
  const system = await startTestSystem({ registry: SITE, clock, users: [VIEWER] });
  expect((await fetch(`${system.url}/metrics`)).status).toBe(401);
  const cookie = await signIn(system);
  const before = await scrape(system, cookie);
  expect(before.get('fw_mqtt_connections')).toBe(0);

  const { host, port } = system.mqtt;
  const as = (password: string) => ({ clientId: 'mine.gateway', username: 'mine.gateway', password });
  await expect(mqtt.connectAsync({ host, port, ...as('guessed'), reconnectPeriod: 0 })).rejects.toThrow();
  const device = await mqtt.connectAsync({ host, port, ...as(system.passwords.get('gateway') ?? '') });
  const send = (leaf: string, payload: object) =>
    device.publishAsync(`fw/v1/mine/gateway/${leaf}`, JSON.stringify(payload), { qos: 1 });
  await send('readings', { values: { 'water_temperature.pool': 30, 'water_temperature.outlet': 'warm' } });
  await send('readings', { values: { 'water_temperature.pool': 200 } });

  const after = await scrape(system, cookie);
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(grown('fw_messages_total{outcome="stored"}')).toBe(2);
  expect(grown('fw_message_seconds_count')).toBe(2);
  expect(grown('fw_readings_total{quality="good"}')).toBe(1);
  expect(grown('fw_readings_total{quality="bad"}')).toBe(1);
  expect(grown('fw_quarantined_total{code="not_a_number"}')).toBe(1);
  expect(grown('fw_refusals_total{reason="wrong_password"}')).toBe(1);
  expect(grown('fw_commit_seconds_count')).toBeGreaterThanOrEqual(2);
  expect(after.get('fw_storing')).toBe(1);
  expect(after.get('fw_mqtt_connections')).toBe(1);
  expect(after.get('fw_tail_readings')).toBe(2);
  expect(after.get('fw_arrivals_log')).toBe(2);
  expect(after.get('fw_file_bytes{file="ledger.db-wal"}')).toBeGreaterThan(0);
  expect(after.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);

  for (let half = 0; half < 20; half += 1) {
    clock.advance(30_000);
    await system.drained();
  }
  const late = await scrape(system, cookie);
  const alarms = [...late].filter(([name]) => name.startsWith('fw_alarms{site="mine"'));
  const open = system.rows('SELECT count(*) AS n FROM alarm WHERE closed_at IS NULL')[0]?.['n'];
  expect(open).toBeGreaterThan(0);
  expect(alarms.reduce((sum, [, n]) => sum + n, 0)).toBe(open);
  expect(late.get('fw_alarm_transitions_total{what="raised"}')).toBe(open);
  expect(late.get('fw_arrivals_oldest_age_seconds')).toBe(600);
  await device.endAsync(true);
});
