import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCert } from '../../app/cert/run.ts';
import { readConfig } from '../../app/config.ts';
import { readCertificate } from '../../broker/certificate.ts';

function certs(env: Readonly<Record<string, string>> = {}): {
  folder: string;
  make: (...args: string[]) => Promise<string>;
} {
  const dir = mkdtempSync(join(tmpdir(), 'fw-cert-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const folder = join(dir, 'certificates');
  return {
    folder,
    async make(...args) {
      const said: string[] = [];
      const tools = { env, version: '0', now: () => Date.now(), out: (line: string) => void said.push(line) };
      await runCert(['--to', folder, ...args], tools);
      return said.join('\n');
    },
  };
}

const verify = (folder: string, name: string, ...more: string[]): string =>
  execFileSync(
    'openssl',
    [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      join(folder, 'site-ca.pem'),
      ...more,
      join(folder, `${name}.pem`),
    ],
    {
      encoding: 'utf8',
      stdio: 'pipe',
    },
  );

test('certificates of the site pass the strict checks of openssl for their names alone, and their keys are nobody else’s', async () => {
  const { folder, make } = certs();
  await make('--for', 'fw.mine.example,192.168.10.5,2001:db8::5', '--days', '90');
  for (const name of ['pages', 'mqtt']) {
    for (const wanted of [
      ['-verify_hostname', 'fw.mine.example'],
      ['-verify_ip', '192.168.10.5'],
      ['-verify_ip', '2001:db8::5'],
    ])
      expect(verify(folder, name, ...wanted)).toMatch(/: OK/);
    expect(() => verify(folder, name, '-verify_hostname', 'other.mine.example')).toThrow();
    const { validTo } = readCertificate({
      certFile: join(folder, `${name}.pem`),
      keyFile: join(folder, `${name}.key`),
    });
    expect(Math.round((validTo - Date.now()) / 86_400_000)).toBe(90);
  }
  for (const name of ['site-ca', 'pages', 'mqtt'])
    expect(statSync(join(folder, `${name}.key`)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);

  // Renewed: the CA that devices trust is the same, the rest is new.
  const read = (name: string) => new X509Certificate(readFileSync(join(folder, name)));
  const [authority, pages] = [read('site-ca.pem'), read('pages.pem')];
  await make('--for', 'fw.mine.example');
  expect(read('site-ca.pem').fingerprint256).toBe(authority.fingerprint256);
  expect(read('pages.pem').serialNumber).not.toBe(pages.serialNumber);
  expect(verify(folder, 'pages', '-verify_hostname', 'fw.mine.example')).toMatch(/: OK/);
});

/** What is printed under "Settings:", pasted whole into a file of settings as systemd reads it. */
function pasted(said: string): Record<string, string> {
  const lines = said.slice(said.indexOf('Settings:\n')).split('\n').slice(1);
  const kept = lines.map((line) => line.trim()).filter((line) => !line.startsWith('#'));
  return Object.fromEntries(kept.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test.each([
  ['192.168.10.5', {}, 'https://192.168.10.5:8080', 8883],
  ['192.168.10.5,fw.mine.example', { HTTP_PORT: '8443', MQTT_TLS_PORT: 'off' }, 'https://192.168.10.5:8443', 8883],
  ['2001:db8::5', { HTTP_PORT: '0' }, 'https://[2001:db8::5]:8080', 8883],
  // Beyond this machine and without a certificate: not yet startable, and just why somebody comes here.
  ['fw.mine.example', { HTTP_PORT: '443', HTTP_HOST: '0.0.0.0' }, 'https://fw.mine.example', 8883],
])(
  'the settings that %s prints, pasted whole, are taken, and name what people type: %j',
  async (names, env, url, tls) => {
    const { folder, make } = certs(env);
    const said = await make('--for', names, '--days', '90');
    const settings = pasted(said);
    const config = readConfig({ env: { ...env, ...settings }, argv: [] });
    expect(settings['PUBLIC_URL']).toBe(url);
    expect(config).toMatchObject({
      publicUrl: url,
      httpTls: { certFile: join(folder, 'pages.pem'), keyFile: join(folder, 'pages.key') },
      mqtt: { port: 1883, tls: { port: tls, certFile: join(folder, 'mqtt.pem'), keyFile: join(folder, 'mqtt.key') } },
    });
    expect(said).toMatch(/# MQTT without encryption stays open on 127\.0\.0\.1:1883: MQTT_PORT=off closes it/);
    expect(said.includes('HTTP_HOST=0.0.0.0')).toBe(!('HTTP_HOST' in env));
  },
);

test('where MQTT without encryption is off already, nothing is said of it', async () => {
  const off = { MQTT_PORT: 'off', MQTT_TLS_PORT: '8884', MQTT_TLS_CERT: 'a.pem', MQTT_TLS_KEY: 'a.key' };
  const said = await certs(off).make('--for', 'fw.mine.example');
  expect(said).not.toContain('stays open');
  expect(pasted(said)['MQTT_TLS_PORT']).toBe('8884');
});

test.each(['fw mine', 'https://fw.mine.example', '', 'a,,b', '999.1.1.1'])(
  '%j is no name for a certificate',
  async (names) => {
    await expect(certs().make('--for', names)).rejects.toThrow(/neither a host name/);
  },
);
