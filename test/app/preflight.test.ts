import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataDir } from '../../app/data-dir.ts';
import { explainBrokerError, explainListenError } from '../../app/listen-error.ts';
import { StartError } from '../../app/start-error.ts';
import { CertificateError } from '../../broker/certificate.ts';
import { BrokerListenError } from '../../broker/listen.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fw-preflight-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ATTEMPT = { what: 'broker', host: '127.0.0.1', portSetting: 'MQTT_PORT', hostSetting: 'MQTT_HOST' } as const;

test('a missing data directory is made for its owner alone', () => {
  const path = openDataDir(join(dir, 'a', 'b'));
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('a file in the place of the data directory is an error that names it', () => {
  const path = join(dir, 'data');
  writeFileSync(path, '');
  expect(() => openDataDir(path)).toThrow(StartError);
  expect(() => openDataDir(path)).toThrow(`${path} cannot be made: a file stands in its place`);
});

test.skipIf(!existsSync('/proc/self'))(
  'a data directory where none can be made is an error too, and not for ever',
  () => {
    expect(() => openDataDir('/proc/a/b')).toThrow(/The data directory \/proc\/a\/b cannot be used \(ENOENT\)/);
  },
);

test('a data directory that this user may not write is an error that says whose it is', async () => {
  chmodSync(dir, 0o500);
  // Root may write everywhere: then the question is put by a child that becomes nobody, once it has read its module,
  // which may lie where nobody reads.
  const script = `import(${JSON.stringify(new URL('../../app/data-dir.ts', import.meta.url).href)})
    .then(({ openDataDir }) => {
      if (process.getuid?.() === 0) process.setuid(65534);
      openDataDir(${JSON.stringify(join(dir, 'data'))});
    })
    .catch((error) => { console.error(error.name + ': ' + error.message); process.exit(3); })`;
  const run = promisify(execFile)(process.execPath, ['-e', script]);
  const failed = await failureOf(run);
  expect(failed.code).toBe(3);
  expect(failed.stderr).toMatch(
    /^StartError: .*\/data cannot be written by the user .* belongs to uid \d+\..*DATA_DIR/,
  );
});

test('a port in use is told with the setting that changes it', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const address = first.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const second = createServer().listen(port, '127.0.0.1');
  const error = await new Promise<Error>((resolve) => second.once('error', resolve));
  first.close();

  const explained = explainListenError(error, { ...ATTEMPT, port });
  expect(explained).toBeInstanceOf(StartError);
  expect(String(explained)).toContain(`127.0.0.1:${port}: another program uses that port already`);
  expect(String(explained)).toContain('MQTT_PORT');
});

test.each([
  ['EACCES', /below 1024/],
  ['EADDRNOTAVAIL', /no such address.*MQTT_HOST/],
  ['ENOTFOUND', /leads to no address/],
])('%s becomes a sentence', (code, sentence) => {
  const error = Object.assign(new Error(code), { code });
  expect(String(explainListenError(error, { ...ATTEMPT, port: 80 }))).toMatch(sentence);
});

test('a TLS port in use and a certificate that will not do are told with their own settings', () => {
  const at = { host: '127.0.0.1', port: 8883, setting: 'MQTT_TLS' } as const;
  const taken = new BrokerListenError('EADDRINUSE', at, { message: 'taken', cause: null });
  expect(String(explainBrokerError(taken, '--mqtt-port'))).toMatch(/127\.0\.0\.1:8883: another program.*MQTT_TLS_PORT/);
  const plain = new BrokerListenError('EADDRINUSE', { ...at, setting: 'MQTT' }, { message: 'taken', cause: null });
  expect(String(explainBrokerError(plain, '--mqtt-port'))).toContain('--mqtt-port');
  const certificate = explainBrokerError(new CertificateError('MQTT_TLS_CERT: no such file'), 'MQTT_PORT');
  expect(certificate).toBeInstanceOf(StartError);
  expect(String(certificate)).toContain('MQTT_TLS_CERT: no such file');
  const other = new Error('something else');
  expect(explainBrokerError(other, 'MQTT_PORT')).toBe(other);
});

test('an error that has nothing to do with listening is handed back', () => {
  const error = new Error('something else');
  expect(explainListenError(error, { ...ATTEMPT, port: 80 })).toBe(error);
});

test.each([[], ['simulate']])('an old Node is told so in sentences instead of a syntax error: %s', async (...given) => {
  const pretend = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
  const run = promisify(execFile)(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(pretend)}`,
    new URL('../../app/launch.mjs', import.meta.url).pathname,
    ...given,
  ]);
  const failed = await failureOf(run);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('needs Node 26 or newer, and this is Node 20.20.2');
});

/** Exit code and words of a child that has to fail. */
async function failureOf(run: Promise<unknown>): Promise<{ code: unknown; stderr: unknown }> {
  const error = await run.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error && 'stderr' in error) return { code: error.code, stderr: error.stderr };
  throw error;
}
