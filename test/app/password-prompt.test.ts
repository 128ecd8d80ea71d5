import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { askPassword, type Terminal } from '../../app/admin/password-prompt.ts';
import { AdminError } from '../../app/admin/ports.ts';

/** A terminal's two ends: what was shown, and whether it echoes what is typed. */
function terminal({ isTTY = true } = {}) {
  const keys = new EventEmitter();
  const seen = { text: '', raw: false, flowing: false };
  const input: Terminal['input'] = Object.assign(keys, {
    isTTY,
    setRawMode(raw: boolean) {
      seen.raw = raw;
      return input;
    },
    resume() {
      seen.flowing = true;
      return input;
    },
    pause() {
      seen.flowing = false;
      return input;
    },
  }) as unknown as Terminal['input'];
  const output = { write: (text: string | Uint8Array) => ((seen.text += String(text)), true) };
  return {
    terminal: { input, output },
    seen,
    type: (text: string | Uint8Array) => keys.emit('data', Buffer.from(text)),
  };
}

test('what is typed is taken until Enter and shown nowhere', async () => {
  const { terminal: tty, seen, type } = terminal();
  const answer = askPassword('Password: ', tty);
  expect(seen.raw).toBe(true);
  type('correct horse\r');
  expect(await answer).toBe('correct horse');
  expect(seen).toEqual({ text: 'Password: \n', raw: false, flowing: false });
});

test('a key that comes in pieces is one character', async () => {
  const { terminal: tty, type } = terminal();
  const answer = askPassword('', tty);
  const han = Buffer.from('浴');
  type(han.subarray(0, 1));
  type(han.subarray(1));
  type('\n');
  expect(await answer).toBe('浴');
});

test('backspace takes one character back and Ctrl+U all of them', async () => {
  const { terminal: tty, type } = terminal();
  const answer = askPassword('', tty);
  type('wrong\u0015abcx\u007f\r');
  expect(await answer).toBe('abc');
});

test.each([
  ['Ctrl+C', '\u0003'],
  ['Ctrl+D', '\u0004'],
])('%s gives up and gives the terminal back', async (_, key) => {
  const { terminal: tty, seen, type } = terminal();
  const answer = askPassword('', tty);
  type(`abc${key}`);
  await expect(answer).rejects.toThrow(AdminError);
  expect(seen.raw).toBe(false);
});

test('without a terminal it says how else to give the password', async () => {
  await expect(askPassword('', terminal({ isTTY: false }).terminal)).rejects.toThrow('--password-stdin');
});
