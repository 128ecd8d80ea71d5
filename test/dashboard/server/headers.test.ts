import { expect, test } from 'vitest';
import { buildApp } from '../../../dashboard/server/app.ts';
import { bench } from './doubles.ts';

async function headersOf(url: string, secure = false) {
  const app = await buildApp(bench({ secure }));
  const { headers } = await app.inject({ url, headers: { host: '10.0.0.5:8080' } });
  await app.close();
  return headers;
}

test.each(['/', '/api/session', '/api/sites', '/api/nowhere'])('%s has the strict policy for content', async (url) => {
  const policy = String((await headersOf(url))['content-security-policy']).split(';');
  expect(policy.sort()).toEqual(
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self' ws://10.0.0.5:8080",
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].sort(),
  );
});

test('over plain HTTP nothing asks browsers for HTTPS', async () => {
  const headers = await headersOf('/');
  expect(headers).not.toHaveProperty('strict-transport-security');
  expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
});

test('over HTTPS browsers are told to stay with it', async () => {
  const headers = await headersOf('/', true);
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect(headers['content-security-policy']).toContain('wss://10.0.0.5:8080');
});

test('types are not guessed, pages are not framed, and nobody learns what runs here', async () => {
  const headers = await headersOf('/');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('server');
});
