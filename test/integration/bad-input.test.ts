import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../contract/registry.ts';
import { DrivenClock } from '../driven-clock.ts';
import { readGolden, type Golden } from '../golden/golden.ts';
import { findProgram, partEnv } from '../parts.ts';
import { startTestSystem, type TestSystem } from './system.ts';

const mosquittoPub = findProgram('mosquitto_pub');
const FOLDER = join(import.meta.dirname, '..', 'golden', 'payloads');
/** The moment that the payloads were written for. */
const WRITTEN = Date.UTC(2026, 10, 25, 4);
const golden = readGolden();

// A device each, so that no payload can lean on what another left behind.
const registry: SiteRegistry = {
  site: 'mine',
  name: { zh: '矿', en: 'Mine' },
  timezone: 'Asia/Shanghai',
  areas: [],
  points: [],
  devices: golden.map(({ name }) => ({ id: name, name: { zh: name, en: name } })),
  bindings: [],
};

/** Publishes a file as it is; the exit code is 0 when the broker acknowledged it. */
function publish(system: TestSystem, { name, leaf, retain = false, payload }: Golden): Promise<number | null> {
  const user = `mine.${name}`;
  const content = payload.length === 0 ? ['-n'] : ['-f', join(FOLDER, `${name}.payload`)];
  const to = ['-h', system.mqtt.host, '-p', String(system.mqtt.port), '-t', `fw/v1/mine/${name}/${leaf}`];
  const as = ['-i', user, '-u', user, '-P', system.passwords.get(name) ?? '', '-q', '1', ...(retain ? ['-r'] : [])];
  const child = spawn(mosquittoPub ?? '', [...to, ...as, ...content], { env: partEnv(), stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', resolve));
}

function stored(system: TestSystem, device: string) {
  const rows = system.rows(
    `SELECT series.metric AS key, value, source_time, claimed_time FROM arrival JOIN series ON series.id = series
     WHERE owner_kind = 'device' AND owner = ? ORDER BY seq`,
    device,
  );
  return rows.map(({ key, value, source_time: time, claimed_time: claimed }) => ({ key, value, time, claimed }));
}

function quarantined(system: TestSystem, device: string) {
  return system.rows('SELECT code, path, detail, payload, size FROM quarantine WHERE device = ? ORDER BY id', device);
}

const sorted = <T>(rows: readonly T[]) => rows.map((row) => JSON.stringify(row)).sort();

test.skipIf(mosquittoPub === undefined)(
  'every payload, published by an independent client, is acknowledged; what can be used is stored, the rest quarantined with a reason',
  async () => {
    const system = await startTestSystem({ registry, clock: new DrivenClock(WRITTEN) });
    for (const one of golden) {
      const { name, rejected, readings = [], events = [] } = one;
      // Acknowledged, and the broker serves the next one.
      expect(await publish(system, one), name).toBe(0);
      const kept = stored(system, name);
      const values = kept.map(({ key, value }) => ({ key, value }));
      expect(sorted(values), name).toEqual(sorted(readings.map(({ key, value }) => ({ key, value }))));
      for (const { key, time, claimed } of kept) {
        const said = readings.filter((reading) => reading.key === key).map((reading) => reading.claimed);
        // Believed, or dated by receipt with the claim kept beside it.
        expect(said, `${name} ${String(key)}`).toContain(
          claimed ?? (said.includes(null) && time === WRITTEN ? null : time),
        );
      }
      const eventIds = system.rows('SELECT event_id AS id FROM event WHERE device = ? ORDER BY id', name);
      expect(sorted(eventIds), name).toEqual(sorted(events.map(({ id }) => ({ id }))));
      const reasons = quarantined(system, name);
      expect(sorted(reasons.map(({ code, path }) => ({ code, path }))), name).toEqual(sorted(rejected));
      for (const { detail, payload, size } of reasons) {
        expect(String(detail).length, name).toBeGreaterThan(10);
        expect(size, name).toBe(one.payload.length);
        if (one.leaf === 'events') expect(payload, name).toBeNull();
      }
    }
  },
);
