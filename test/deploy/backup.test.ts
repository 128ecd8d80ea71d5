import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { runBackup } from '../../app/backup/backup.ts';
import { runRestore } from '../../app/backup/restore.ts';
import { runCert } from '../../app/cert/run.ts';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { startTestSystem } from '../integration/system.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HOUR = 3_600_000;
const name = (text: string) => ({ zh: text, en: text });

const registry: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  areas: [{ id: 'bath', name: name('Bath') }],
  points: [{ id: 'pool', area: 'bath', name: name('Pool'), role: 'pool' }],
  devices: [{ id: 'one', name: name('One') }],
  bindings: [{ device: 'one', metric: 'water_temperature', point: 'pool', interval: 60 }],
};

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-backup-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A command in a process of its own, as an operator gives it beside the server. */
async function command(dataDir: string, ...args: readonly string[]) {
  const env = { ...process.env, DATA_DIR: dataDir };
  return promisify(execFile)(process.execPath, ['app/launch.mjs', ...args], { cwd: ROOT, env });
}

/** The same without a process, which takes seconds to start. */
async function run(tool: typeof runBackup, dataDir: string, ...args: readonly string[]): Promise<string> {
  const said: string[] = [];
  const out = (line: string) => void said.push(line);
  await tool(args, { env: { DATA_DIR: dataDir }, version: '0', now: () => Date.now(), out });
  return said.join('\n');
}

/** Publishes history without pause; each acknowledged time counts. */
async function publishing(port: number, password: string) {
  const identity = { username: 'mine.one', clientId: 'mine.one', password };
  const client = await mqtt.connectAsync({ host: '127.0.0.1', port, ...identity });
  const acknowledged: number[] = [];
  let going = true;
  let ts = Date.now() - 48 * HOUR;
  const enough = Promise.withResolvers<undefined>();
  const send = async (): Promise<void> => {
    while (going) {
      const mine = (ts += 10_000);
      const payload = JSON.stringify({ ts: mine, values: { water_temperature: 42 + (mine % 7) / 10 } });
      await client.publishAsync('fw/v1/mine/one/readings', payload, { qos: 1 });
      if (acknowledged.push(mine) >= 500) enough.resolve(undefined);
    }
  };
  const senders = Array.from({ length: 8 }, send);
  await enough.promise;
  return {
    acknowledged,
    async stop() {
      going = false;
      await Promise.all(senders);
      await client.endAsync();
    },
  };
}

/** Times of all readings that a data folder holds, by the stores themselves. */
async function held(dataDir: string): Promise<Set<number>> {
  const stores = await openStores({ dataDir, clock: systemClock() });
  try {
    const { series: all, arrivals } = stores.reader.load();
    const [series] = all;
    if (series === undefined) return new Set();
    const query = { series: series.id, from: 0, to: Date.now() + HOUR, limit: 10_000_000 };
    const blocks = await stores.readings.range(query);
    return new Set([...blocks.map(({ t }) => t), ...arrivals.map(({ sourceTime }) => sourceTime)]);
  } finally {
    await stores.close();
  }
}

test('a backup of a running system holds all that was acknowledged before it; restored elsewhere, it is a system again', async () => {
  const system = await startTestSystem({ registry, clock: systemClock() });
  const line = await publishing(system.mqtt.port, system.passwords.get('one') ?? '');
  const before = [...line.acknowledged];
  const backup = join(folder(), 'today');
  const said = await command(system.dir, 'backup', '--to', backup);
  const after = line.acknowledged.length;
  await line.stop();
  expect(after, 'it went on being acknowledged meanwhile').toBeGreaterThan(before.length);
  expect(said.stdout).toMatch(/ledger\.db: .*copied and checked\nreadings\.db: .*copied and checked\n/);
  for (const file of readdirSync(backup)) expect(statSync(join(backup, file)).mode & 0o077, file).toBe(0);

  // Into a folder in use: refused, and it goes on.
  await expect(run(runRestore, system.dir, '--from', backup, '--set-aside')).rejects.toThrow(
    /Another Facility Watch is running/,
  );
  await system.close();

  const elsewhere = join(folder(), 'data');
  await run(runRestore, elsewhere, '--from', backup);
  const restored = await held(elsewhere);
  expect(before.filter((ts) => !restored.has(ts))).toEqual([]);
  expect(readFileSync(join(elsewhere, 'server.key')).equals(readFileSync(join(system.dir, 'server.key')))).toBe(true);

  // Data that are there stay unless somebody says so, and then they are kept.
  const original = readFileSync(join(system.dir, 'ledger.db'));
  await expect(run(runRestore, system.dir, '--from', backup)).rejects.toThrow(/--set-aside/);
  expect(readFileSync(join(system.dir, 'ledger.db')).equals(original)).toBe(true);
  await run(runRestore, system.dir, '--from', backup, '--set-aside');
  const aside = readdirSync(system.dir).find((entry) => entry.startsWith('before-restore-')) ?? '';
  expect(readFileSync(join(system.dir, aside, 'ledger.db')).equals(original)).toBe(true);
  expect((await held(system.dir)).size).toBe(restored.size);
});

test('a backup that is not whole restores nothing, and says why', async () => {
  const source = folder();
  await (await openStores({ dataDir: source, clock: systemClock() })).close();
  const backup = join(folder(), 'b');
  await run(runBackup, source, '--to', backup);
  const target = join(folder(), 'data');

  const ledger = join(backup, 'ledger.db');
  const whole = readFileSync(ledger);
  const spoilt = Buffer.from(whole);
  // In the middle of a page that nothing checks when the file is opened.
  spoilt.writeUInt8(spoilt.readUInt8(spoilt.length - 200) ^ 0xff, spoilt.length - 200);
  writeFileSync(ledger, spoilt);
  await expect(run(runRestore, target, '--from', backup)).rejects.toThrow(/ledger\.db is/);
  writeFileSync(ledger, whole);
  rmSync(join(backup, 'backup.json'));
  await expect(run(runRestore, target, '--from', backup)).rejects.toThrow(/holds no backup/);
  mkdirSync(target, { recursive: true });
  expect(readdirSync(target)).toEqual([]);
  await expect(run(runBackup, source, '--to', backup)).rejects.toThrow(/is not empty/);
  // As an operator sees it: one sentence, no stack.
  await expect(command(target, 'restore', '--from', backup)).rejects.toMatchObject({
    code: 1,
    stderr: /^\S+ holds no backup.*\n$/,
  });
});

test('certificates and the CA of the site go with the data, and a backup without them leaves alone what is there', async () => {
  const source = folder();
  await (await openStores({ dataDir: source, clock: systemClock() })).close();
  const bare = join(folder(), 'bare');
  await run(runBackup, source, '--to', bare);
  await run(runCert, source, '--for', 'fw.mine.example', '--days', '90');
  const certificates = (dir: string) => {
    const path = join(dir, 'certificates');
    return Object.fromEntries(readdirSync(path).map((file) => [file, readFileSync(join(path, file), 'utf8')]));
  };
  const made = certificates(source);
  expect(Object.keys(made).sort()).toEqual([
    'mqtt.key',
    'mqtt.pem',
    'pages.key',
    'pages.pem',
    'site-ca.key',
    'site-ca.pem',
  ]);
  const backup = join(folder(), 'b');
  expect(await run(runBackup, source, '--to', backup)).toMatch(/Settings are not in it/);

  const target = join(folder(), 'data');
  await run(runRestore, target, '--from', backup);
  expect(certificates(target)).toEqual(made);
  for (const path of [backup, target].map((dir) => join(dir, 'certificates'))) {
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(path)) expect(statSync(join(path, file)).mode & 0o077, file).toBe(0);
  }

  // Others that are there are data, too: they stay, or are set aside.
  const fresh = join(folder(), 'data');
  await run(runCert, fresh, '--for', 'fw.mine.example', '--days', '90');
  const others = certificates(fresh);
  await expect(run(runRestore, fresh, '--from', backup)).rejects.toThrow(/holds data already \(certificates\)/);
  // A backup of earlier programs, or of a system without any.
  await run(runRestore, fresh, '--from', bare);
  expect(certificates(fresh)).toEqual(others);
  await run(runRestore, fresh, '--from', backup, '--set-aside');
  expect(certificates(fresh)).toEqual(made);
  const aside = readdirSync(fresh).find((entry) => entry.startsWith('before-restore-')) ?? '';
  expect(certificates(join(fresh, aside))).toEqual(others);

  writeFileSync(join(backup, 'certificates', 'site-ca.key'), others['site-ca.key'] ?? '');
  const nowhere = join(folder(), 'data');
  await expect(run(runRestore, nowhere, '--from', backup)).rejects.toThrow(/site-ca\.key is missing or not what/);
  // Nor does a name in the list lead out of the folder.
  const list = join(backup, 'backup.json');
  writeFileSync(list, readFileSync(list, 'utf8').replace('"site-ca.key"', '"../server.key"'));
  await expect(run(runRestore, nowhere, '--from', backup)).rejects.toThrow(/another kind/);
});
