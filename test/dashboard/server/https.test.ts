import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { TLSSocket } from 'node:tls';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { buildApp } from '../../../dashboard/server/app.ts';
import type { Certificate, CertificateSource } from '../../../dashboard/server/ports.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { canMakeCertificates, makeCertificate, testFolder } from '../../broker/certificates.ts';
import { bench, cookieOf, PASSWORD, SITE } from './doubles.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

function certificates(folder: string) {
  const read = (name: string): Certificate => {
    const { certFile, keyFile } = makeCertificate(folder, name, name);
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };
  let used = read('first');
  const listeners: ((certificate: Certificate) => void)[] = [];
  const source: CertificateSource = {
    current: () => used,
    onReplaced: (listener) => void listeners.push(listener),
  };
  return {
    source,
    replace() {
      used = read('second');
      listeners.forEach((listener) => listener(used));
    },
  };
}

function ask(
  dashboard: Dashboard,
  path: string,
  { method = 'GET', body, ...headers }: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; subject: string }> {
  return new Promise((resolve, reject) => {
    const options = { method, rejectUnauthorized: false, agent: false, headers };
    const asked = request(dashboard.url + path, options, (answer) => {
      answer.resume();
      const subject = answer.socket instanceof TLSSocket ? answer.socket.getPeerCertificate().subject.CN : undefined;
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, subject: String(subject) });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function start() {
  const { source, replace } = certificates(testFolder());
  const on = bench({ certificate: source, secure: true });
  const dashboard = await startDashboard({ ...on, port: 0 });
  closing.push(() => dashboard.close());
  return { on, dashboard, replace };
}

test.runIf(canMakeCertificates)('with a certificate pages, sign-in and socket go over HTTPS, and only so', async () => {
  const { on, dashboard } = await start();
  expect(dashboard.url).toBe(`https://127.0.0.1:${dashboard.port}`);
  const signIn = await ask(dashboard, '/api/session', {
    method: 'POST',
    body: JSON.stringify({ username: 'viewer', password: PASSWORD }),
    'content-type': 'application/json',
    origin: dashboard.url,
  });
  expect(signIn.status).toBe(200);
  expect(signIn.headers['strict-transport-security']).toBe('max-age=31536000');
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] ?? '';
  expect(cookie).toMatch(/^__Host-fw_session=/);
  const socket: Socket = io(dashboard.url, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: dashboard.url },
    rejectUnauthorized: false,
    forceNew: true,
    reconnection: false,
  });
  closing.push(() => socket.disconnect());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  expect(await socket.emitWithAck('watch', { site: SITE })).toMatchObject({ ok: true });
  await expect(fetch(`http://127.0.0.1:${dashboard.port}/healthz`)).rejects.toThrow();
  // The name that plain HTTP uses opens nothing here.
  const plain = await ask(dashboard, '/api/sites', { cookie: await cookieOf(on.accounts, 'viewer') });
  expect(plain.status).toBe(401);
});

test.runIf(canMakeCertificates)('a new certificate serves the next connection, without a restart', async () => {
  const { dashboard, replace } = await start();
  expect((await ask(dashboard, '/healthz')).subject).toBe('first');
  replace();
  expect(await ask(dashboard, '/healthz')).toMatchObject({ status: 200, subject: 'second' });
});

async function behindProxy() {
  const on = bench({ secure: true, trustProxy: ['10.0.0.5'], allowedOrigins: ['https://watch.example.org'] });
  const app = await buildApp(on);
  closing.push(() => app.close());
  const cookie = (await cookieOf(on.accounts, 'viewer')).replace('fw_session', '__Host-fw_session');
  const get = (url: string, remoteAddress: string, headers: Record<string, string> = {}) =>
    app.inject({ url, remoteAddress, headers: { host: 'watch.example.org', cookie, ...headers } });
  return { on, app, get };
}
const HTTPS = { 'x-forwarded-proto': 'https' };

test.each([
  ['through the proxy', '10.0.0.5', HTTPS, 200],
  ['through the proxy, which was asked without encryption', '10.0.0.5', { 'x-forwarded-proto': 'http' }, 403],
  ['past the proxy', '10.0.0.77', {}, 403],
  ['past the proxy with its headers', '10.0.0.77', HTTPS, 403],
  ['on this machine', '127.0.0.1', {}, 200],
])('behind a named HTTPS proxy a request %s', async (_how, peer, headers, status) => {
  const { get } = await behindProxy();
  expect((await get('/api/sites', peer, headers)).statusCode).toBe(status);
  expect((await get('/healthz', peer, headers)).statusCode).toBe(200);
});

test('pages that are asked for past the proxy are found at their encrypted address', async () => {
  const { get } = await behindProxy();
  const answer = await get('/sites/north', '10.0.0.77');
  expect([answer.statusCode, answer.headers.location]).toEqual([308, 'https://watch.example.org/sites/north']);
});

test('sign-ins are paced by the address that the named proxy tells, and by no other', async () => {
  const on = bench({ trustProxy: ['10.0.0.5'] });
  const app = await buildApp(on);
  closing.push(() => app.close());
  const tries = async (remoteAddress: string) => {
    const statuses = [];
    for (let i = 0; i < 22; i++) {
      const headers = { host: 'localhost', origin: 'http://localhost', 'x-forwarded-for': `192.168.0.${i}` };
      const payload = { token: 'guess' };
      const answer = await app.inject({ method: 'POST', url: '/api/link', payload, remoteAddress, headers });
      statuses.push(answer.statusCode);
    }
    return statuses.filter((status) => status === 429).length;
  };
  expect(await tries('10.0.0.5')).toBe(0);
  expect(await tries('10.0.0.6')).toBe(2);
});

test('what an operator accepted is told to whoever is signed in, and to nobody else', async () => {
  const on = bench({ warnings: ['plain_http', 'plain_mqtt'] });
  const app = await buildApp(on);
  closing.push(() => app.close());
  const session = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/api/session', headers: { host: 'localhost', ...headers } })).json();
  expect(await session({ cookie: await cookieOf(on.accounts, 'administrator') })).toMatchObject({
    warnings: ['plain_http', 'plain_mqtt'],
  });
  expect(await session({})).toMatchObject({ warnings: [] });
});
