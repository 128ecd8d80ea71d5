import { expect, test } from 'vitest';
import { createIdentityConflicts } from '../../broker/identity-conflict.ts';
import { DrivenClock } from '../driven-clock.ts';
import { publishPacket, rawDevice, startBench } from './bench.ts';

const FIGHT = { clientId: 'north.boiler', former: '10.0.0.5', newer: '10.0.0.6' };

function startFight() {
  const clock = new DrivenClock();
  const conflicts = createIdentityConflicts(clock);
  return { clock, judge: () => conflicts.judge(FIGHT) };
}

test('the fifth takeover within a minute is told with both addresses; then the older connection stays', () => {
  const { clock, judge } = startFight();
  for (let i = 0; i < 4; i++) {
    expect(judge()).toEqual({ refused: false, tell: null });
    clock.advance(14_999);
  }
  const fifth = judge();
  expect(fifth.refused).toBe(false);
  expect(fifth.tell?.sentence).toContain('10.0.0.5 and 10.0.0.6 push each other out');
  expect(fifth.tell?.sentence).toContain('credential of its own');
  expect(fifth.tell?.addresses).toEqual(['10.0.0.5', '10.0.0.6']);
  expect(judge()).toEqual({ refused: true, tell: null });
});

test('five takeovers over more than a minute are no fight', () => {
  const { clock, judge } = startFight();
  for (let i = 0; i < 20; i++) {
    expect(judge()).toEqual({ refused: false, tell: null });
    clock.advance(15_000);
  }
});

test('a fight costs fewer and fewer takeovers, at the end one a minute, and one report a minute', () => {
  const { clock, judge } = startFight();
  const start = clock.now().mono;
  const takeovers: number[] = [];
  let told = 0;
  for (let tries = 0; tries < 6_000; tries++) {
    const { refused, tell } = judge();
    if (!refused) takeovers.push(clock.now().mono - start);
    if (tell !== null) told++;
    clock.advance(100);
  }
  expect(takeovers.slice(0, 10)).toEqual([0, 100, 200, 300, 400, 5_400, 15_400, 35_400, 75_400, 135_400]);
  expect(takeovers).toHaveLength(17);
  expect(told).toBe(10);
});

test('a fight is over when nobody tried to take over for two minutes', () => {
  const { clock, judge } = startFight();
  for (let i = 0; i < 6; i++) judge();
  clock.advance(119_999);
  expect(judge().refused).toBe(false);
  expect(judge().refused).toBe(true);
  clock.advance(120_000);
  for (let i = 0; i < 4; i++) expect(judge()).toEqual({ refused: false, tell: null });
  expect(judge().tell).not.toBeNull();
});

test('two clients with one identity: one report with both addresses, the older one is served, the newer told to try later', async () => {
  const { broker, clock, seen } = await startBench();
  const here = { localAddress: '127.0.0.1' };
  const there = { localAddress: '127.0.0.2' };
  let older = rawDevice(broker, here);
  expect(await older.connect()).toBe(0);
  for (let i = 1; i <= 5; i++) {
    const newer = rawDevice(broker, i % 2 === 1 ? there : here);
    expect(await newer.connect()).toBe(0);
    await older.closed;
    older = newer;
  }
  for (let i = 0; i < 20; i++) expect(await rawDevice(broker, here).connect()).toBe(3);
  expect(seen.refusals).toMatchObject([{ reason: 'identity_conflict', clientId: 'north.boiler' }]);
  expect(seen.refusals[0]?.detail).toContain('127.0.0.1 and 127.0.0.2');
  expect(seen.refusals[0]?.contested).toMatchObject({ addresses: ['127.0.0.1', '127.0.0.2'] });
  older.send(publishPacket(1, 'served'));
  await older.expectPacket('puback');
  expect(seen.ends()).toEqual(['ours', 'ours', 'ours', 'ours', 'ours']);

  clock.advance(5_000);
  expect(await rawDevice(broker, here).connect()).toBe(0);
  await older.closed;
});

test('a device that reconnects often, its former connection gone each time, fights with nobody', async () => {
  const { broker, seen } = await startBench();
  for (let i = 0; i < 12; i++) {
    const raw = rawDevice(broker);
    expect(await raw.connect()).toBe(0);
    if (i % 2 === 0) raw.send({ cmd: 'disconnect' });
    else raw.socket.destroy();
    await seen.until(() => seen.ends().length === i + 1);
  }
  expect(seen.refusals).toEqual([]);
});

test('a wrong password takes part in no fight', async () => {
  const { broker, seen } = await startBench();
  const client = rawDevice(broker);
  await client.connect();
  for (let i = 0; i < 10; i++) expect(await rawDevice(broker).connect({ password: Buffer.from('guess') })).toBe(4);
  expect(seen.ends()).toEqual([]);
  expect(new Set(seen.refusals.map(({ reason }) => reason))).toEqual(new Set(['wrong_password']));
});
