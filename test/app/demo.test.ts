import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { announceDemo, prepareDemo, spawnSimulators, temporaryDataDir } from '../../app/demo.ts';
import { StartError } from '../../app/start-error.ts';
import { DEMO_SITE, demoHistory, demoPlan } from '../../simulators/demo.ts';
import { devicesOf } from '../../simulators/devices.ts';
import { smallBroker } from '../simulators/small-broker.ts';

describe('options', () => {
  const DEFAULTS = {
    host: '127.0.0.1',
    httpPort: 8080,
    mqttHost: '127.0.0.1',
    mqttPort: 1883,
    seed: 1,
    history: 7,
    exposed: false,
  };

  test('nothing given keeps everything on this machine', () => {
    expect(prepareDemo([])).toEqual(DEFAULTS);
  });

  test('ports and seed are taken; 0 means any port', () => {
    const argv = ['--http-port', '0', '--mqtt-port', '18830', '--seed', '7'];
    expect(prepareDemo(argv)).toEqual({ ...DEFAULTS, httpPort: 0, mqttPort: 18_830, seed: 7 });
  });

  test('a host beyond this machine exposes the page and never the broker', () => {
    expect(prepareDemo(['--host', '0.0.0.0'])).toEqual({ ...DEFAULTS, host: '0.0.0.0', exposed: true });
  });

  const refused: readonly [argv: string[], message: RegExp][] = [
    [['--http-port', '80a'], /--http-port "80a" will not do: it has to be a whole number from 0 to 65535/],
    [['--mqtt-port', ''], /--mqtt-port/],
    [['--mqtt-port', '1e3'], /--mqtt-port/],
    [['--host', 'http://x'], /--host .* without a port/],
    [['--seed', '-1'], /--seed/],
    [['--port', '80'], /--port[^]*Usage: npm run demo/],
    [['fast'], /fast[^]*Usage: npm run demo/],
  ];
  test.each(refused)('%j is refused', (argv, message) => {
    expect(() => prepareDemo(argv)).toThrow(StartError);
    expect(() => prepareDemo(argv)).toThrow(message);
  });
});

test('each demo has a data directory of its own, for its owner alone, which can be removed with what is in it', () => {
  const [one, other] = [temporaryDataDir(), temporaryDataDir()];
  try {
    expect(one.path).not.toBe(other.path);
    expect(statSync(one.path).mode & 0o777).toBe(0o700);
    writeFileSync(join(one.path, 'ledger.db'), '');
  } finally {
    one.remove();
    other.remove();
  }
  expect(existsSync(one.path)).toBe(false);
});

describe('the simulators', () => {
  const credentials = devicesOf(demoPlan()).map(({ id }) => ({
    device: id,
    username: `${DEMO_SITE}.${id}`,
    clientId: `${DEMO_SITE}.${id}`,
    password: `secret-of-${id}`,
  }));

  const end = Date.now();
  const history = demoHistory({ seed: 1, shift: 0, start: end - 9_000_000, end: () => end });
  history.advance(end);
  const handover = { shift: 0, from: history.state() };

  test('start with their credentials over a pipe, report, and stop with a goodbye', async () => {
    const broker = await smallBroker({ passwords: new Map(credentials.map((one) => [one.username, one.password])) });
    const mqtt = { host: '127.0.0.1', port: broker.port };
    let tell: (line: string) => void = () => undefined;
    const firstLine = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const simulators = spawnSimulators({
      mqtt,
      site: DEMO_SITE,
      credentials,
      seed: 1,
      handover,
      onLine: (line) => tell(line),
    });
    expect(await firstLine).toBe(`${credentials.length} simulated devices are connected`);
    await broker.hears(({ topic }) => topic === `fw/v1/${DEMO_SITE}/mens-pool/readings`);
    await simulators.stop();
    expect(await simulators.exited).toEqual({ code: 0, signal: null });
    expect(broker.heard.filter(({ payload }) => payload === 'offline')).toEqual([]);
    await simulators.stop();
    await broker.close();
  });

  test('say why when they stop by themselves', async () => {
    const stranger = await smallBroker();
    const lines: string[] = [];
    const mqtt = { host: '127.0.0.1', port: stranger.port };
    const onLine = (line: string, stream: string) => lines.push(`${stream}: ${line}`);
    const simulators = spawnSimulators({ mqtt, site: DEMO_SITE, credentials, seed: 1, handover, onLine });
    expect((await simulators.exited).code).toBe(1);
    expect(lines.join('\n')).toMatch(/^err: The broker on .* lets everybody in/);
    expect(stranger.heard).toEqual([]);
    await stranger.close();
  });
});

describe('the box', () => {
  const box = announceDemo({ url: 'http://127.0.0.1:8080', link: 'http://127.0.0.1:8080/#/link/abc', exposed: false });

  test('shows address and sign-in link in both languages', () => {
    expect(box).toContain('地址 / Address');
    expect(box).toContain('http://127.0.0.1:8080/#/link/abc');
    expect(box).toContain('works once');
  });

  test('has a straight right edge, Han characters counted as two columns', () => {
    const columns = (line: string) =>
      Array.from(line).reduce((sum, character) => sum + (/[\p{Script=Han}，。：；]/u.test(character) ? 2 : 1), 0);
    const widths = new Set(box.trimEnd().split('\n').map(columns));
    expect(widths.size).toBe(1);
  });

  test('warns when other machines can reach the page', () => {
    expect(box).not.toContain('unencrypted');
    expect(announceDemo({ url: 'http://0.0.0.0:8080', link: 'x', exposed: true })).toContain('unencrypted');
  });
});
