import { describe, expect, test } from 'vitest';
import { beginningOf, readOptions, UsageError } from '../../simulators/options.ts';

test('nothing given means a normal day of a small mine, to the broker of this machine', () => {
  expect(readOptions([])).toEqual({
    site: 'simulated',
    devices: 28,
    scenario: 'normal_day',
    seed: 1,
    rate: undefined,
    broker: { host: '127.0.0.1', port: 1883, secure: false },
    caFile: undefined,
    credentialsFile: undefined,
    backfill: 0,
    start: undefined,
    registryFile: undefined,
  });
});

test('every option is taken', () => {
  const argv = ['--site', 'mine-2', '--devices', '500', '--scenario', 'my.yaml', '--seed', '3', '--rate', '2000.5'];
  const more = ['--url', 'mqtts://[::1]:2', '--ca', 'ca.pem', '--credentials', 'c.json', '--backfill', '1d12h'];
  expect(readOptions([...argv, ...more, '--export-registry', 'r.yaml'])).toEqual({
    site: 'mine-2',
    devices: 500,
    scenario: 'my.yaml',
    seed: 3,
    rate: 2000.5,
    broker: { host: '::1', port: 2, secure: true },
    caFile: 'ca.pem',
    credentialsFile: 'c.json',
    backfill: 129_600,
    start: undefined,
    registryFile: 'r.yaml',
  });
});

test.each(['--help', '-h'])('%s asks for help', (option) => {
  expect(readOptions([option])).toBe('help');
});

test('devices begin now, so long before, or at a given moment of the past year', () => {
  const now = Date.UTC(2026, 10, 28, 12);
  const beginning = (...argv: string[]) => {
    const options = readOptions(argv);
    return options === 'help' ? undefined : beginningOf(options, now);
  };
  expect(beginning()).toBe(now);
  expect(beginning('--backfill', '12h')).toBe(Date.UTC(2026, 10, 28));
  expect(beginning('--start', '2026-11-20T06:00+08:00')).toBe(Date.UTC(2026, 10, 19, 22));
  expect(beginning('--start', '2026-11-28T12:00:00.000Z')).toBe(now);
  for (const late of ['2026-11-28T12:01Z', '2025-11-01T00:00Z'])
    expect(() => beginning('--start', late)).toThrow(/--start has to be in the past, a year ago at most/);
});

describe('refused arguments', () => {
  const rows: readonly [argv: string[], message: RegExp][] = [
    [['--site', 'Mine'], /--site has to be lower-case letters/],
    [['--devices', '0'], /--devices has to be a whole number from 1 to 5000/],
    [['--devices', '1e3'], /--devices/],
    [['--devices', '-3'], /^--devices has to be a whole number from 1 to 5000$/],
    [['--rate', '-.5'], /^--rate has to be a number from 0.01 to 50000$/],
    [['--seed', '-1'], /^--seed has to be a whole number/],
    [['--start', '2026-11-20'], /--start has to be a time with its zone/],
    [['--start', '2026-11-20T06:00'], /--start has to be a time with its zone/],
    [['--start', '2026-13-20T06:00Z'], /--start has to be a time with its zone/],
    [['--start', '2026-11-20T06:00Z', '--backfill', '1d'], /give one of them/],
    [['--seed', '4294967296'], /--seed/],
    [['--rate', '1,5'], /--rate has to be a number from 0.01 to 50000/],
    [['--rate', 'Infinity'], /--rate/],
    [['--url', 'localhost:1883'], /--url has to be mqtt:\/\/HOST:PORT/],
    [['--url', 'http://localhost'], /--url/],
    [['--url', 'mqtt://me:secret@host'], /--url .*credentials come in a file/],
    [['--url', 'mqtt://host/topic'], /--url/],
    [['--ca', 'ca.pem'], /--ca needs a --url with mqtts/],
    [['--backfill', '30'], /--backfill has to be a time such as 12h or 30d/],
    [['--backfill', '2000d'], /--backfill/],
    [['--scenario', ''], /--scenario/],
    [['--fast'], /--fast/],
    [['now'], /now/],
  ];
  test.each(rows)('%j', (argv, message) => {
    expect(() => readOptions(argv)).toThrow(UsageError);
    expect(() => readOptions(argv)).toThrow(message);
  });
});
