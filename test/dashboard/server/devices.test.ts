import { afterEach, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { BindPreview, QuarantineItems, QuarantineList, RefusalList, UnboundList } from '../../../contract/devices.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { bench, cookieOf, ORIGIN, problemOf, type Bench } from './doubles.ts';

let on: Bench;
let app: Awaited<ReturnType<typeof buildApp>>;
let cookies: Record<string, string>;

beforeEach(async () => {
  on = bench();
  app = await buildApp(on);
  cookies = Object.fromEntries(
    await Promise.all(
      ['viewer', 'operator', 'administrator'].map(async (role) => [role, await cookieOf(on.accounts, role)] as const),
    ),
  );
});
afterEach(() => app.close());

const ask = (role: string, method: 'GET' | 'POST', url: string, payload?: object) =>
  app.inject({
    method,
    url: `/api/sites/${url}`,
    headers: { host: 'localhost', origin: ORIGIN, cookie: cookies[role] ?? '' },
    ...(payload && { payload }),
  });

const BODY = { device: 'probe', metric: 'humidity', point: { id: 'room' }, interval: 60, from: 'now' };
const SELECTION = { device: 'probe', code: 'not_json', topic: 'fw/v1/north/probe/readings' };
const QUERY = new URLSearchParams(SELECTION).toString();

test('refusals, unbound metrics and the quarantine are the contract’s', async () => {
  const answers = [
    [RefusalList, 'refusals'],
    [UnboundList, 'unbound'],
    [QuarantineList, 'quarantine'],
    [QuarantineItems, `quarantine/items?${QUERY}`],
  ] as const;
  for (const [schema, url] of answers) {
    const answer = await ask('operator', 'GET', `north/${url}`);
    expect(answer.statusCode, url).toBe(200);
    expect(Compile(schema).Errors(answer.json()), url).toEqual([]);
    expect((await ask('operator', 'GET', `nowhere/${url}`)).statusCode, url).toBe(404);
  }
});

test.each([
  ['GET', 'north/refusals', undefined, 'operator'],
  ['GET', 'north/unbound', undefined, 'viewer'],
  ['GET', 'north/quarantine', undefined, 'operator'],
  ['GET', `north/quarantine/items?${QUERY}`, undefined, 'operator'],
  ['POST', 'north/bindings/preview', BODY, 'administrator'],
  ['POST', 'north/bindings', BODY, 'administrator'],
  ['POST', 'north/quarantine/retry', SELECTION, 'administrator'],
  ['POST', 'north/quarantine/discard', SELECTION, 'administrator'],
] as const)('%s %s takes its role and no lower one', async (method, url, payload, role) => {
  const roles = ['viewer', 'operator', 'administrator'];
  const lower = roles.slice(0, roles.indexOf(role));
  for (const one of lower) expect((await ask(one, method, url, payload)).statusCode, one).toBe(403);
  expect(on.site.devices.asked).toEqual([]);
  expect((await ask(role, method, url, payload)).statusCode).toBeLessThan(300);
});

test('a binding is handed to the desk with who makes it, and answered with nothing', async () => {
  const answer = await ask('administrator', 'POST', 'north/bindings', BODY);
  expect([answer.statusCode, answer.body]).toEqual([204, '']);
  expect(on.site.devices.asked).toEqual([['bind', BODY, 'administrator']]);
  const preview = await ask('administrator', 'POST', 'north/bindings/preview', BODY);
  expect(Compile(BindPreview).Errors(preview.json())).toEqual([]);
});

test.each(['north/bindings', 'north/bindings/preview'])('what %s cannot take is named by its field', async (url) => {
  const nowhere = await ask('administrator', 'POST', url, { ...BODY, point: { id: 'nowhere' } });
  expect(nowhere.statusCode).toBe(400);
  expect(problemOf(nowhere).errors).toEqual([{ field: 'point.id', message: 'is no point of this site' }]);
  const wrong = await ask('administrator', 'POST', url, { ...BODY, interval: 0, metric: 'Humidity' });
  expect(wrong.statusCode).toBe(400);
  expect(
    problemOf(wrong)
      .errors?.map(({ field }) => field)
      .sort(),
  ).toEqual(['interval', 'metric']);
  expect(on.site.devices.asked).toEqual([]);
});

test('a retry answers what could be read, a discard nothing', async () => {
  const retry = await ask('administrator', 'POST', 'north/quarantine/retry', SELECTION);
  expect(retry.json()).toEqual({ tried: 3, read: 2, unreadable: 1, written: 5 });
  const discard = await ask('administrator', 'POST', 'north/quarantine/discard', SELECTION);
  expect([discard.statusCode, discard.body]).toEqual([204, '']);
  expect(on.site.devices.asked.map(([what]) => what)).toEqual(['retry', 'discard']);
});

test('while nothing can be stored a change is refused and says when to try again', async () => {
  on.site.devices.storing = false;
  for (const [url, body] of [
    ['bindings', BODY],
    ['quarantine/retry', SELECTION],
    ['quarantine/discard', SELECTION],
  ] as const) {
    const answer = await ask('administrator', 'POST', `north/${url}`, body);
    expect([answer.statusCode, answer.headers['retry-after']], url).toEqual([503, '5']);
    expect((await ask('administrator', 'POST', `nowhere/${url}`, body)).statusCode, url).toBe(404);
  }
});
