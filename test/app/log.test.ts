import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../../app/log.ts';

function capture(isTTY: boolean): { stream: PassThrough & { isTTY: boolean }; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, text: () => chunks.join('') };
}

test('an entry for a machine is one line of JSON', async () => {
  const { stream, text } = capture(false);
  createLog({ level: 'info', stream }).info({ port: 8080 }, 'ready');
  await new Promise(setImmediate);
  expect(text().trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(text())).toMatchObject({ level: 30, port: 8080, msg: 'ready' });
});

test.each(['password', 'token', 'secret', 'cookie', 'authorization', 'passwordHash', 'tokenHash', 'link', 'payload'])(
  'a %s never reaches the log',
  async (name) => {
    const { stream, text } = capture(false);
    const log = createLog({ level: 'info', stream });
    log.info({ [name]: 'hunter2-secret', body: { [name]: 'hunter2-secret' } }, 'entry');
    log.info({ req: { headers: { cookie: 'hunter2-secret', authorization: 'hunter2-secret' } } }, 'entry');
    await new Promise(setImmediate);
    expect(text()).toContain('[hidden]');
    expect(text()).not.toContain('hunter2-secret');
  },
);

test('an entry below the level is not written', async () => {
  const { stream, text } = capture(false);
  createLog({ level: 'warn', stream }).info('quiet');
  await new Promise(setImmediate);
  expect(text()).toBe('');
});

test('on a terminal the entry reads as a sentence', async () => {
  const { stream, text } = capture(true);
  createLog({ level: 'info', stream }).info('ready');
  await new Promise(setImmediate);
  expect(text()).toContain('ready');
  expect(text()).not.toContain('"msg"');
});
