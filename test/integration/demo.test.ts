import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../contract/alarm.ts';
import { SiteDelta, SiteSnapshot } from '../../contract/live.ts';
import { buildClient } from '../browser/built-client.ts';
import { smallBroker } from '../simulators/small-broker.ts';
import { startProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SEC = 1_000;
const Watched = Type.Object({ ok: Type.Literal(true), snapshot: SiteSnapshot });
const DEMO = ['npm', 'run', 'demo', '--'] as const;

beforeAll(buildClient, 300 * SEC);

function temporary(what: string): string {
  const dir = mkdtempSync(join(tmpdir(), `fw-${what}-`));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What is committed, as somebody gets it who clones the repository; what is not committed yet is not tried. */
function cloneOfTheCommit(): string {
  const dir = join(temporary('clone'), 'facility-watch');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, dir]);
  // Installing needs the network, and `.ci/run` does it from a clean checkout before any test. Here the packages are
  // lent: what the demo needs beyond them has to be in the commit.
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

/** npm leaves files of its own beside them. */
const dataDirs = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('facility-watch-demo-'));

const redeem = (url: string, token: string) =>
  fetch(`${url}/api/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });

/** Follows the site's alarms on the live socket, as a screen does. */
async function watchAlarms(url: string, cookie: string) {
  const socket = io(url, { transports: ['websocket'], extraHeaders: { cookie, origin: url } });
  onTestFinished(() => void socket.close());
  const alarms = new Map<number, AlarmView>();
  const waiting = new Set<() => void>();
  const take = (changed: readonly AlarmView[] = []) => {
    for (const alarm of changed) alarms.set(alarm.id, alarm);
    for (const look of waiting) look();
  };
  socket.on('delta', (delta: unknown) => take(Value.Parse(SiteDelta, delta).alarms));
  const answer: unknown = await socket.emitWithAck('watch', { site: 'caozhuang' });
  take(Value.Parse(Watched, answer).snapshot.alarms);
  return {
    /** The first alarm, there already or to come, that the test is after. */
    sees: (wanted: (alarm: AlarmView) => boolean) =>
      new Promise<AlarmView>((resolve) => {
        const look = () => {
          const found = [...alarms.values()].find(wanted);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

test(
  'cloned and started by one command, the demo signs in by its link, and raises its first alarm within a minute; Ctrl+C leaves nothing behind',
  { timeout: 240 * SEC },
  async () => {
    const cwd = cloneOfTheCommit();
    const TMPDIR = temporary('demo');
    const demo = startProgram([...DEMO, '--http-port', '0', '--mqtt-port', '0', '--history', '1'], {
      cwd,
      env: { TMPDIR },
    });
    const [, url = '', token = ''] = await demo.line(/(http:\/\/127\.0\.0\.1:\d+)\/enter#([a-z0-9-]+)/);
    const announced = performance.now();

    const entered = await redeem(url, token);
    expect(entered.status).toBe(200);
    expect(await entered.json()).toMatchObject({ user: { role: 'administrator' } });
    expect((await redeem(url, token)).status).toBe(403);
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect(await page.text()).toMatch(/<script [^>]*src="\/assets\//);
    expect(dataDirs(TMPDIR)).toHaveLength(1);

    const cookie = entered.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const watch = await watchAlarms(url, cookie);
    const first = await watch.sees(({ state }) => state === 'unacknowledged');
    // The promise that the demo prints. On a busy machine this leaves half a minute.
    expect(performance.now() - announced).toBeLessThan(60 * SEC);
    expect(first.response.steps.length).toBeGreaterThan(0);
    // What follows in the story is told under a driven clock, in test/app/demo-history.test.ts.

    demo.signal('SIGINT');
    await demo.ended;
    expect(await demo.leavesNothing()).toBe(true);
    expect(dataDirs(TMPDIR)).toEqual([]);
  },
);

test('a port of the dashboard in use is said in a sentence that names the option', async () => {
  const occupant = createServer().listen(0, '127.0.0.1');
  await once(occupant, 'listening');
  onTestFinished(() => void occupant.close());
  const { port } = occupant.address() as AddressInfo;
  const TMPDIR = temporary('demo');
  const demo = startProgram([...DEMO, '--http-port', String(port), '--mqtt-port', '0'], { cwd: ROOT, env: { TMPDIR } });
  expect((await demo.ended).code).toBe(1);
  const said = demo.lines.filter((line) => line.includes(String(port)) && !line.startsWith('>'));
  expect(said).toEqual([expect.stringMatching(/dashboard cannot listen on 127\.0\.0\.1:\d+: .*--http-port/)]);
  expect(demo.lines.some((line) => /^\s+at /.test(line))).toBe(false);
  expect(dataDirs(TMPDIR)).toEqual([]);
});

test("a stranger's broker on the MQTT port is said in a sentence and hears nothing of ours", async () => {
  const stranger = await smallBroker();
  onTestFinished(() => stranger.close());
  const TMPDIR = temporary('demo');
  const demo = startProgram([...DEMO, '--http-port', '0', '--mqtt-port', String(stranger.port)], {
    cwd: ROOT,
    env: { TMPDIR },
  });
  expect((await demo.ended).code).toBe(1);
  const said = demo.lines.filter((line) => line.includes(String(stranger.port)) && !line.startsWith('>'));
  expect(said).toEqual([expect.stringMatching(/broker cannot listen on 127\.0\.0\.1:\d+: .*--mqtt-port/)]);
  expect(await demo.leavesNothing()).toBe(true);
  expect(stranger.heard).toEqual([]);
  expect(dataDirs(TMPDIR)).toEqual([]);
});
