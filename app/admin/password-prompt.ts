import type { ReadStream, WriteStream } from 'node:tty';
import { AdminError } from './ports.ts';

/** The terminal's two sides, as far as a prompt needs them. */
export interface Terminal {
  readonly input: Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;
  readonly output: Pick<WriteStream, 'write'>;
}

const ENTER = /^[\r\n]$/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const ERASE: readonly string[] = ['\u0008', '\u007f'];

/** Asks for a password; nothing of what is typed is shown, not even its length. */
export function askPassword(question: string, { input, output }: Terminal): Promise<string> {
  if (!input.isTTY) {
    const sentence =
      'There is no terminal to ask for the password on: give it on standard input with --password-stdin.';
    return Promise.reject(new AdminError(sentence));
  }
  output.write(question);
  input.setRawMode(true);
  input.resume();
  const decoder = new TextDecoder();
  return new Promise<string>((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void) => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const take = (chunk: Uint8Array) => {
      for (const key of decoder.decode(chunk, { stream: true })) {
        if (key === CTRL_C || key === CTRL_D)
          return finish(() => reject(new AdminError('Given up. Nothing was changed.')));
        if (ENTER.test(key)) return finish(() => resolve(typed.join('')));
        if (ERASE.includes(key)) typed.pop();
        else if (key === CTRL_U) typed = [];
        else typed.push(key);
      }
    };
    input.on('data', take);
  });
}
