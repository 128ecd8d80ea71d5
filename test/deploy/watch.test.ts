import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeAuthority, makeServer, readAuthority } from '../../app/cert/make.ts';
import { watchCertificates } from '../../app/certificate-dates.ts';
import { startHeartbeat } from '../../app/heartbeat.ts';
import { preflight } from '../../app/preflight.ts';
import { notifySupervisor } from '../../app/supervisor.ts';
import { DrivenClock } from '../driven-clock.ts';
import { startRig } from '../ingest/line/rig.ts';
import { SITE } from '../ingest/line/site.ts';
import { findProgram } from '../parts.ts';
import { PATIENCE } from '../patience.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-watch-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a certificate with less than thirty days left is an alarm that names it and its last day, and returns with the new one', async () => {
  const dir = folder();
  const clock = new DrivenClock();
  const files = { certFile: join(dir, 'mqtt.pem'), keyFile: join(dir, 'mqtt.key') };
  const authority = await readAuthority(await makeAuthority(clock.now().wall));
  const renew = async (days: number): Promise<void> => {
    const made = await makeServer(authority, { names: ['fw'], addresses: [], days, now: clock.now().wall });
    writeFileSync(files.certFile, made.cert);
    writeFileSync(files.keyFile, made.key);
  };
  await renew(31);
  const end = new Date(clock.now().wall + 31 * DAY).toISOString().slice(0, 10);
  const certificates = watchCertificates({ HTTP_TLS: null, MQTT_TLS: files }, clock);
  onTestFinished(() => certificates.stop());
  const rig = await startRig({ registry: SITE, clock, expiringCertificates: () => certificates.expiring() });
  const alarms = () => rig.alarms('system.certificate_expiring');
  await rig.pass(2);
  expect(alarms()).toEqual([]);
  clock.advance(1.5 * DAY);
  await rig.pass(2);
  expect(alarms()).toMatchObject([{ priority: 4, state: 'unacknowledged', detail: `MQTT ${end}` }]);
  // What cannot be read is not served: the one in use has the date that it had.
  writeFileSync(files.certFile, 'nothing');
  clock.advance(DAY / 12);
  expect(certificates.expiring()).toBe(`MQTT ${end}`);
  await renew(90);
  clock.advance(DAY / 12);
  await rig.pass(2);
  expect(alarms()).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('the heartbeat beats while storing works, follows nobody, and says once that nobody hears it', async () => {
  const clock = new DrivenClock();
  const asked: string[] = [];
  let answer = 302;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const said: string[] = [];
  const log = {
    warn: (_: object, text: string) => said.push(text),
    info: (_: object, text: string) => said.push(text),
  };
  let storing = true;
  const url = `http://127.0.0.1:${port}/beat?id=k7`;
  const heartbeat = startHeartbeat({ url, clock, log, storing: () => storing });
  onTestFinished(() => heartbeat.stop());
  // A redirect is not followed, and is no answer.
  await vi.waitUntil(() => said.length > 0, PATIENCE);
  storing = false;
  clock.advance(MINUTE);
  const ours = () => fetch(`http://127.0.0.1:${port}/ours`, { redirect: 'manual' });
  await ours();
  expect(asked, 'silent while nothing is stored').toEqual(['/beat?id=k7', '/ours']);
  storing = true;
  answer = 500;
  const beats = () => asked.filter((path) => path.startsWith('/beat')).length;
  /** One beat, up to its answer, which has to come before the clock is moved on: that gives it up. */
  const beat = async (): Promise<void> => {
    const before = beats();
    clock.advance(MINUTE);
    await vi.waitUntil(() => beats() > before, PATIENCE);
    await ours();
  };
  await beat();
  await beat();
  answer = 200;
  await beat();
  await vi.waitUntil(() => said.length > 1, PATIENCE);
  expect(said).toEqual(['nobody hears the heartbeat (HEARTBEAT_URL)', 'the heartbeat is heard again']);
  expect(new Set(asked)).toEqual(new Set(['/beat?id=k7', '/ours']));
});

test('systemd hears that we are ready, that we live as often as it wants, and that we stop', async () => {
  const dir = folder();
  const heard = join(dir, 'heard');
  // In the place of systemd's own program: what it is called with is what systemd would hear.
  writeFileSync(join(dir, 'systemd-notify'), `#!/bin/sh\necho "$1" >> ${heard}\n`);
  chmodSync(join(dir, 'systemd-notify'), 0o755);
  vi.stubEnv('PATH', `${dir}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const clock = new DrivenClock();
  const errors: Error[] = [];
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000' };
  const supervisor = notifySupervisor(env, clock, (error) => errors.push(error));
  const lines = () => (existsSync(heard) ? readFileSync(heard, 'utf8').trim().split('\n') : []);
  await vi.waitUntil(() => lines().length === 1, PATIENCE);
  clock.advance(MINUTE);
  await vi.waitUntil(() => lines().length === 3, PATIENCE);
  supervisor.stopping();
  clock.advance(10 * MINUTE);
  await vi.waitUntil(() => lines().length === 4, PATIENCE);
  expect(lines()).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1']);
  expect(errors).toEqual([]);
  notifySupervisor({}, clock, (error) => errors.push(error)).stopping();
  expect(lines()).toHaveLength(4);
});

test('a disk that is nearly full and a clock that cannot be right are each said in a sentence', () => {
  const fine = { dataDir: '/data', now: Date.UTC(2027, 0, 1), free: 10e9 };
  expect(preflight(fine)).toEqual([]);
  expect(preflight({ ...fine, free: 12_000_000 })).toEqual([
    expect.stringMatching(/^The disk of \/data has 12\.0 MB left\./),
  ]);
  expect(preflight({ ...fine, now: 0 })).toEqual([expect.stringMatching(/says 1970-01-01T00:00Z.*synchronisation/)]);
});

test.skipIf(findProgram('systemd-analyze') === undefined)(
  'systemd takes the unit as it is, and finds it hardened',
  () => {
    const text = readFileSync(new URL('../../deploy/facility-watch.service', import.meta.url), 'utf8');
    const file = join(folder(), 'facility-watch.service');
    writeFileSync(
      file,
      text
        .replaceAll('/opt/facility-watch/node_modules/.bin/node', process.execPath)
        .replace('=/opt/facility-watch\n', '=/\n'),
    );
    execFileSync('systemd-analyze', ['verify', '--man=no', file], { stdio: 'pipe' });
    const verdict = execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
    expect(verdict).toMatch(/Overall exposure level/);
  },
);
