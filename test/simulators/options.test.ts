import { describe, expect, test } from 'vitest';
import { readOptions, UsageError } from '../../simulators/options.ts';

test('nothing given means the broker of this machine, in real time', () => {
  expect(readOptions([])).toEqual({ host: '127.0.0.1', port: 1883, seed: 1, speed: 1, file: undefined });
});

test('every option is taken', () => {
  const argv = ['--host', '::1', '--port', '2', '--seed', '3', '--speed', '0.5', '--credentials', 'c.json'];
  expect(readOptions(argv)).toEqual({ host: '::1', port: 2, seed: 3, speed: 0.5, file: 'c.json' });
});

test.each(['--help', '-h'])('%s asks for help', (option) => {
  expect(readOptions([option])).toBe('help');
});

describe('refused arguments', () => {
  const rows: readonly [argv: string[], message: RegExp][] = [
    [['--port', '1e3'], /--port has to be a whole number from 1 to 65535/],
    [['--port', '0'], /--port/],
    [['--port', ''], /--port/],
    [['--port', '80a'], /--port/],
    [['--seed', '-1'], /seed/],
    [['--seed', '4294967296'], /--seed/],
    [['--seed', '1.5'], /--seed/],
    [['--speed', '0'], /--speed has to be a number from 0.1 to 100/],
    [['--speed', '1,5'], /--speed/],
    [['--speed', 'Infinity'], /--speed/],
    [['--fast'], /--fast/],
    [['now'], /now/],
  ];
  test.each(rows)('%j', (argv, message) => {
    expect(() => readOptions(argv)).toThrow(UsageError);
    expect(() => readOptions(argv)).toThrow(message);
  });
});
