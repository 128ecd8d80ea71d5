import { Compile } from 'typebox/compile';
import { expect, onTestFinished, test } from 'vitest';
import { StorageView } from '../../../contract/storage.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { bench, cookieOf } from './doubles.ts';

const VIEW: StorageView = {
  storing: true,
  waiting: 12_000,
  cap: 2_000_000,
  oldestAt: 1_764_000_000_000,
  store: {
    state: 'refuses',
    words: 'unauthorized access',
    rejects: 'field type conflict',
    rejectsRecords: null,
    generation: 2,
    version: 'v2.7.12',
    readings: 40,
    isolated: 2,
    tooOld: 1,
    recordsRejected: 5,
    recordsTooOld: 6,
    batches: { written: 9, unreachable: 1, busy: 2, refused: 0, invalid: 0, failed: 0 },
    failures: 3,
    lastWriteAt: null,
    lastTook: 0,
    recordsWaiting: 7,
  },
};

test('operators see where storing stands, nobody below them does', async () => {
  const on = bench({ storage: () => VIEW });
  const app = await buildApp(on);
  onTestFinished(() => app.close());
  const ask = async (username: string) =>
    app.inject({ url: '/api/storage', headers: { cookie: await cookieOf(on.accounts, username) } });
  const answer = await ask('operator');
  expect(Compile(StorageView).Parse(answer.json())).toEqual(VIEW);
  expect((await ask('viewer')).statusCode).toBe(403);
  expect((await app.inject({ url: '/api/storage' })).statusCode).toBe(401);
});
