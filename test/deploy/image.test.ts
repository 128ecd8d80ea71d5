import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { buildClient } from '../browser/built-client.ts';
import { startProgram } from '../integration/program.ts';
import { freePort } from '../servers/process.ts';
import { copyImage } from './image.ts';

const MIN = 60_000;
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;

function folder(mode: number): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-image-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  chmodSync(path, mode);
  return path;
}

test(
  'what the image holds starts as another user on a root that it cannot write, makes its secrets, is healthy, and ends orderly',
  { timeout: 5 * MIN },
  async () => {
    buildClient();
    const app = folder(0o755);
    const image = copyImage(app);
    expect(existsSync(join(app, 'node_modules', 'vitest')), 'tools stay behind').toBe(false);
    expect(existsSync(join(app, 'dashboard', 'client')), 'sources of the pages stay behind').toBe(false);
    const [data, secrets] = [folder(0o700), folder(0o700)];
    if (asRoot) for (const path of [data, secrets]) chownSync(path, NOBODY, NOBODY);

    const port = await freePort();
    const env = { ...image.env, DATA_DIR: data, HTTP_PORT: String(port), MQTT_PORT: '0' };
    // Nothing of this machine's environment, and the user that a container would have: one without a name or a home.
    const as = asRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'] : [];
    const inside = (...command: readonly string[]): readonly [string, ...string[]] => {
      const [first = '', ...rest] = [
        ...as,
        'env',
        '-i',
        ...Object.entries(env).map((pair) => pair.join('=')),
        ...command,
      ];
      return [first, ...rest];
    };
    const run = async (...command: readonly string[]) => {
      const [name, ...args] = inside(...command);
      return promisify(execFile)(name, args, { cwd: app });
    };

    await expect(run('node', 'deploy/health.mjs')).rejects.toMatchObject({ code: 1, stderr: /not ready/ });
    const program = startProgram(inside(...image.command), { cwd: app });
    await program.line(/"msg":"ready"/);
    await program.line(/\/setup#/);
    await run('node', 'deploy/health.mjs');
    const key = statSync(join(data, 'server.key'));
    expect([key.mode & 0o777, key.uid]).toEqual([0o600, asRoot ? NOBODY : process.getuid?.()]);

    await run('node', 'deploy/make-secrets.mjs', secrets);
    const read = () => ['influx-token', 'influx-password'].map((name) => readFileSync(join(secrets, name), 'utf8'));
    const made = read();
    expect(made.map((text) => text.length)).toEqual([64, 32]);
    expect(statSync(join(secrets, 'influx-token')).mode & 0o777).toBe(0o440);
    await run('node', 'deploy/make-secrets.mjs', secrets);
    expect(read()).toEqual(made);

    // As docs/deploy.md has it: beside the running one by `exec`, and back by `run`, behind the entry point.
    const backups = folder(0o700);
    if (asRoot) chownSync(backups, NOBODY, NOBODY);
    await run('node', 'app/launch.mjs', 'backup', '--to', join(backups, 'today'));

    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    const { stdout } = await run(
      ...image.command.slice(0, -1),
      'restore',
      '--from',
      join(backups, 'today'),
      '--set-aside',
    );
    expect(stdout).toMatch(/^Restored into .*\. Start the system/m);
    await expect(run('node', 'deploy/health.mjs')).rejects.toMatchObject({ code: 1 });
  },
);
