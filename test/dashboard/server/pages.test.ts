import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../../dashboard/server/app.ts';
import { bench } from './doubles.ts';

const root = mkdtempSync(join(tmpdir(), 'fw-pages-'));
const clientDir = join(root, 'client');
let app: Awaited<ReturnType<typeof buildApp>>;

beforeAll(async () => {
  mkdirSync(join(clientDir, 'assets'), { recursive: true });
  mkdirSync(join(clientDir, '.vite'));
  writeFileSync(join(root, 'outside.txt'), 'not for the web');
  writeFileSync(join(clientDir, '.vite', 'manifest.json'), '{}');
  writeFileSync(join(clientDir, 'index.html'), '<!doctype html><title>built</title>');
  writeFileSync(join(clientDir, 'site.webmanifest'), '{}');
  writeFileSync(join(clientDir, 'assets', 'index-4f2a.js'), 'console.log(1)');
  writeFileSync(join(clientDir, 'assets', 'index-4f2a.js.gz'), gzipSync('console.log(1)'));
  app = await buildApp(bench({ clientDir }));
});
afterAll(async () => {
  await app.close();
  rmSync(root, { recursive: true });
});

const get = (url: string, headers: object = {}) => app.inject({ url, headers: { host: 'localhost', ...headers } });
const page = { accept: 'text/html,application/xhtml+xml' };

test.each(['/', '/index.html', '/sites/north', '/sites/north/alarms', '/link'])(
  '%s is the page, checked anew each time',
  async (url) => {
    const answer = await get(url, page);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<title>built</title>');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
  },
);

test('files named by their content are kept for a year', async () => {
  const answer = await get('/assets/index-4f2a.js');
  expect(answer.body).toBe('console.log(1)');
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await get('/site.webmanifest')).headers['cache-control']).toBe('no-cache');
});

test('a browser that takes gzip gets what the build compressed', async () => {
  const answer = await get('/assets/index-4f2a.js', { 'accept-encoding': 'gzip, br' });
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(answer.headers['vary']).toMatch(/accept-encoding/i);
  expect(answer.headers['content-type']).toMatch(/javascript/);
  expect(gunzipSync(answer.rawPayload).toString()).toBe('console.log(1)');
});

test.each(['/assets/gone-1234.js', '/robots.txt', '/.vite/manifest.json', '/outside.txt'])(
  '%s is not found, and is not the page',
  async (url) => {
    expect((await get(url, page)).statusCode).toBe(404);
  },
);

test.each([
  '/../outside.txt',
  '/%2e%2e/outside.txt',
  '/assets/..%2f..%2foutside.txt',
  '/assets%2f..%2f..%2foutside.txt',
  '/..%5coutside.txt',
])('%s leads nowhere outside', async (url) => {
  const answer = await get(url);
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  expect(answer.body).not.toContain('not for the web');
});

test('what asks for data gets no page', async () => {
  const answer = await get('/sites/north', { accept: 'application/json' });
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
});

test('without a built client the page says how to build it', async () => {
  const unbuilt = await buildApp(bench());
  const answer = await unbuilt.inject({ url: '/sites/north', headers: { host: 'localhost', ...page } });
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run build');
  await unbuilt.close();
});
