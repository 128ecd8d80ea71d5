import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { hashToken, newToken } from '../../ingest/stores/ledger/tokens.ts';
import { openStores } from '../../ingest/stores/open.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Prepared {
  readonly dir: string;
  /** By device. */
  readonly passwords: ReadonlyMap<string, string>;
  remove(): void;
}

/** A data folder with a registry and a credential for each of its devices. */
export async function prepareData(registry: SiteRegistry): Promise<Prepared> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-influx-'));
  const stores = await openStores({ dataDir: dir, clock: systemClock() });
  const passwords = new Map(registry.devices.map(({ id }) => [id, newToken()]));
  const at = Date.now();
  const accounts = [...passwords].map(([device, password]) => {
    const username = `${registry.site}.${device}`;
    const tokenHash = hashToken(stores.key, password);
    const site = registry.site;
    return { op: 'credential.create' as const, username, clientId: username, site, device, tokenHash, at };
  });
  await stores.ledger.commit({ at, registry: [registry], accounts });
  await stores.close();
  return { dir, passwords, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** The system in a process of its own; resolves when it takes devices in. */
export async function startProcess(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['app/launch.mjs', 'start'], {
    cwd: ROOT,
    env: { ...process.env, ...env, HTTP_PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.includes('"ready"')) continue;
    child.stdout.resume();
    return child;
  }
  throw new Error('the system ended before it was ready');
}

/** `kill -9`; resolves when it is gone. */
export async function killProcess(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
