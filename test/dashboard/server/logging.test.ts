import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { buildApp } from '../../../dashboard/server/app.ts';
import { LOG_REDACTION } from '../../../dashboard/server/logging.ts';
import { bench, cookieOf, ORIGIN, PASSWORD } from './doubles.ts';

function recorded() {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: pino({ level: 'trace', redact: LOG_REDACTION }, sink) };
}

test('a request leaves its method, route, status and duration in the log, and nothing of what it said', async () => {
  const { lines, log } = recorded();
  const on = bench({ log });
  const app = await buildApp(on);
  const cookie = await cookieOf(on.accounts, 'operator');
  const headers = { host: 'localhost', origin: ORIGIN, cookie };
  on.site.journal = () => Promise.reject(new Error('broken inside'));
  await app.inject({
    method: 'POST',
    url: '/api/session',
    headers,
    payload: { username: 'viewer', password: PASSWORD },
  });
  await app.inject({ method: 'POST', url: '/api/session', headers, payload: { username: PASSWORD, password: 'x' } });
  await app.inject({
    method: 'POST',
    url: '/api/alarms/1/acknowledge',
    headers: { host: 'localhost', origin: ORIGIN, cookie: await cookieOf(on.accounts, 'operator') },
    payload: { note: 'private-note' },
  });
  await app.inject({ url: '/link?token=one-time-token', headers });
  await app.inject({ url: '/link/one-time-token', headers });
  await app.inject({
    url: '/api/alarms/1/journal?token=one-time-token',
    headers: { ...headers, cookie: await cookieOf(on.accounts, 'viewer') },
  });
  await app.close();

  const text = lines.join('');
  for (const secret of [
    PASSWORD,
    cookie.split('=')[1] ?? '',
    'one-time-token',
    'private-note',
    '127.0.0.1',
    'viewer',
  ]) {
    expect(text).not.toContain(secret);
  }
  const entries = lines.map((line): unknown => JSON.parse(line));
  expect(entries).toContainEqual(
    expect.objectContaining({ method: 'POST', route: '/api/session', status: 200, msg: 'request' }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({ level: 50, route: '/api/alarms/:id/journal', msg: 'request failed' }),
  );
  expect(text).toMatch(/"reqId":"req-\w+".*"ms":\d+/);
});

test('what must not be in a log is redacted even where somebody logs it', () => {
  const { lines, log } = recorded();
  log.info({ password: 'secret-1', user: { passwordHash: 'secret-2' }, link: { token: 'secret-3' } });
  log.info({ req: { headers: { cookie: 'secret-4', authorization: 'secret-5' } }, headers: { cookie: 'secret-6' } });
  log.info({ res: { headers: { 'set-cookie': 'secret-7' } }, body: { note: 'secret-8' } });
  expect(lines.join('')).not.toMatch(/secret-/);
  expect(lines.join('').match(/\[redacted\]/g)).toHaveLength(8);
});
