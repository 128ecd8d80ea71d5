import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { QuarantineItems, QuarantineList, RefusalList, RetryAnswer } from '../../contract/devices.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { DrivenClock } from '../driven-clock.ts';
import { findProgram, partEnv } from '../parts.ts';
import { startTestSystem, type TestSystem } from './system.ts';

const mosquittoPub = findProgram('mosquitto_pub');
const PAYLOADS = join(import.meta.dirname, '..', 'golden', 'payloads');
const name = { zh: '矿', en: 'Mine' };
const registry: SiteRegistry = {
  site: 'mine',
  name,
  timezone: 'Asia/Shanghai',
  areas: [],
  points: [],
  devices: ['probe', 'gateway'].map((id) => ({ id, name })),
  bindings: [],
};
const chief = { username: 'chief', post: '后勤科', role: 'administrator', password: 'wasser-ist-warm-42' } as const;

interface Publishing {
  readonly user: string;
  readonly password: string;
  readonly clientId?: string;
  readonly topic?: string;
  readonly content?: readonly string[];
}

/** By an independent client; the exit code is 0 when the broker acknowledged it. */
function publish(system: TestSystem, { user, password, ...rest }: Publishing): Promise<number | null> {
  const { clientId = user, topic = 'fw/v1/mine/probe/readings', content = ['-m', '{"values":{"humidity":50}}'] } = rest;
  const to = ['-h', system.mqtt.host, '-p', String(system.mqtt.port), '-t', topic, '-q', '1'];
  const as = ['-i', clientId, '-u', user, '-P', password];
  const child = spawn(mosquittoPub ?? '', [...to, ...as, ...content], { env: partEnv(), stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', resolve));
}

async function administrator(system: TestSystem) {
  const origin = system.url;
  const { username, password } = chief;
  const json = { 'content-type': 'application/json', origin };
  const signIn = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ username, password }),
  });
  const cookie = signIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0] ?? '')
    .join('; ');
  const call = (path: string, body?: object) =>
    fetch(`${origin}/api/sites/mine/${path}`, {
      headers: { ...json, cookie },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
  const ask = async <T extends TSchema>(schema: T, path: string, body?: object) =>
    Compile(schema).Parse(await (await call(path, body)).json());
  return { call, ask };
}

test.skipIf(mosquittoPub === undefined)(
  'whoever is refused is listed with the reason, a device that gets in leaves the list, and what was unreadable is shown to the byte',
  async () => {
    const system = await startTestSystem({ registry, clock: new DrivenClock(), users: [chief] });
    const { call, ask } = await administrator(system);
    const password = system.passwords.get('probe') ?? '';
    const user = 'mine.probe';

    expect(await publish(system, { user, password: 'wrong' })).not.toBe(0);
    expect(await publish(system, { user, password: 'wrong' })).not.toBe(0);
    expect(await publish(system, { user, password, clientId: 'ESP32' })).not.toBe(0);
    expect(await publish(system, { user: '<b>stranger</b>\u202e', password: 'x' })).not.toBe(0);
    const before = (await ask(RefusalList, 'refusals')).refusals;
    expect(before.map(({ reason, username, device, count }) => [reason, username, device, count]).sort()).toEqual([
      ['client_id_mismatch', user, 'probe', 1],
      ['unknown_client', '<b>stranger</b>\u202e', null, 1],
      ['wrong_password', user, 'probe', 2],
    ]);

    expect(await publish(system, { user, password, topic: 'fw/v1/mine/gateway/readings' })).toBe(0);
    const after = (await ask(RefusalList, 'refusals')).refusals;
    expect(after.map(({ reason, detail }) => [reason, detail]).sort()).toEqual([
      ['foreign_topic', 'fw/v1/mine/gateway/readings'],
      ['unknown_client', null],
    ]);

    const file = (one: string) => ['-f', join(PAYLOADS, `${one}.payload`)];
    for (const one of ['gbk', 'cut', 'unknown-metric']) await publish(system, { user, password, content: file(one) });
    const { groups } = await ask(QuarantineList, 'quarantine');
    expect(groups.map(({ code, scope }) => `${code} ${scope}`).sort()).toEqual([
      'not_json message',
      'not_utf8 message',
      'unknown_metric part',
    ]);
    for (const { device, topic, code } of groups) {
      const { items } = await ask(
        QuarantineItems,
        `quarantine/items?${new URLSearchParams({ device, topic, code }).toString()}`,
      );
      const [item] = items;
      const bytes = Buffer.from(item?.payload ?? '', 'base64');
      expect(bytes, code).toHaveLength(item?.size ?? -1);
      if (code === 'not_utf8') expect(bytes[item?.offset ?? -1], code).toBeGreaterThan(127);
      if (code === 'not_json') expect(item?.offset, code).toBe(bytes.length);
      const answer = await ask(RetryAnswer, 'quarantine/retry', { device, topic, code });
      expect(answer).toEqual({ tried: 1, read: 0, unreadable: 1, written: 0 });
      expect((await call('quarantine/discard', { device, topic, code })).status).toBe(204);
    }
    expect(await ask(QuarantineList, 'quarantine')).toEqual({ groups: [], total: 0 });

    // Written down at the latest when it closes, for the command and for the next start.
    await system.close();
    expect(system.rows('SELECT reason, username FROM refusal ORDER BY reason')).toEqual([
      { reason: 'foreign_topic', username: user },
      { reason: 'unknown_client', username: '<b>stranger</b>\u202e' },
    ]);
  },
);
