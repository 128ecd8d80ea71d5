import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildClient } from '../browser/built-client.ts';
import { startProgram, type Program } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MIN = 60_000;
const LINK = /(http:\/\/\S+)\/setup#(\S+)/;

// `npm start` builds what is missing by itself; done here so that no two processes do it at once.
beforeAll(buildClient, 5 * MIN);

function dataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'fw-start-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const FREE = { HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'info' };
const npmStart = (env: Readonly<Record<string, string>>, ...args: string[]): Program =>
  startProgram(['npm', 'start', ...(args.length > 0 ? ['--', ...args] : [])], { cwd: ROOT, env: { ...FREE, ...env } });
/** What `npm start` runs, without npm and its shell, whose exit codes after a signal are their own. */
const bareStart = (env: Readonly<Record<string, string>>): Program =>
  startProgram([process.execPath, 'app/launch.mjs', 'start'], { cwd: ROOT, env: { ...FREE, ...env } });

const readyLines = ({ lines }: Program) => lines.filter((line) => line.includes('"ready"'));

async function readyAt(program: Program): Promise<{ http: string; mqtt: string }> {
  const [line] = await program.line(/^\{.*"msg":"ready".*\}$/);
  const [, http = ''] = /"url":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(line) ?? [];
  const [, mqtt = ''] = /"mqtt":"(mqtt:\/\/127\.0\.0\.1:\d+)"/.exec(line) ?? [];
  return { http, mqtt };
}

test('the first start prints a link that works once; the next one prints none; both say in one line where they listen, and end orderly', async () => {
  const DATA_DIR = dataDir();
  const first = bareStart({ DATA_DIR });
  const { http, mqtt } = await readyAt(first);
  expect(mqtt).toMatch(/:[1-9]\d*$/);
  const [, origin, token] = await first.line(LINK);
  expect(origin).toBe(http);
  expect((await fetch(`${http}/readyz`)).status).toBe(200);

  const setup = (username: string) => {
    const body = JSON.stringify({ token, username, post: '后勤值班', password: 'four dry towels' });
    return fetch(`${http}/api/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };
  expect((await setup('chief')).status).toBe(201);
  expect((await setup('other')).status).toBe(403);

  first.signal('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
  expect(first.lines.at(-1)).toMatch(/"msg":"stopping"/);
  expect(readyLines(first)).toHaveLength(1);
  expect(first.lines.filter((line) => LINK.test(line))).toHaveLength(1);

  const second = npmStart({ DATA_DIR });
  const again = await readyAt(second);
  const signIn = await fetch(`${again.http}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'chief', password: 'four dry towels' }),
  });
  expect(await signIn.json()).toMatchObject({
    user: { username: 'chief', role: 'administrator' },
    setupNeeded: false,
  });
  second.signal('SIGTERM');
  await second.ended;
  expect(second.lines.some((line) => line.includes('"stopping"'))).toBe(true);
  expect(await second.leavesNothing()).toBe(true);
  expect(readyLines(second)).toHaveLength(1);
  expect(second.lines.some((line) => line.includes('/setup'))).toBe(false);
});

test('a second process on the same data is refused in a sentence, and the first goes on', async () => {
  const DATA_DIR = dataDir();
  const first = npmStart({ DATA_DIR });
  const { http } = await readyAt(first);
  const second = npmStart({ DATA_DIR });
  expect((await second.ended).code).toBe(1);
  const said = second.lines.filter((line) => line.includes(DATA_DIR));
  expect(said).toHaveLength(1);
  expect(second.lines.some((line) => /^\s+at /.test(line))).toBe(false);
  expect((await fetch(`${http}/readyz`)).status).toBe(200);
});

test('settings that cannot be used are named, each with what would be right', async () => {
  const dir = dataDir();
  const file = join(dir, 'watch.yaml');
  writeFileSync(file, 'HTTP_HOST: 127.0.0.1\nMQTT_PROT: 1883\n');
  const program = npmStart({ DATA_DIR: join(dir, 'data'), HTTP_PORT: '80a' }, '--config', file);
  expect((await program.ended).code).toBe(1);
  const output = program.lines.join('\n');
  expect(output).toMatch(/HTTP_PORT \(environment\): .*80a.* 0 to 65535/);
  expect(output).toMatch(/MQTT_PROT \(\S+watch\.yaml:2\): .*MQTT_PORT/);
  expect(output).not.toMatch(/^\s+at /m);
});
