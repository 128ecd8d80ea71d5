import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, readConfig, type Config } from '../../app/config.ts';
import type { ConfigProblem } from '../../app/config-error.ts';

const DEFAULTS: Config = {
  dataDir: './data',
  http: { host: '127.0.0.1', port: 8080 },
  httpTls: null,
  mqtt: {
    host: '127.0.0.1',
    port: 1883,
    tls: null,
    maxPacketBytes: 262_144,
    maxConnections: 10_000,
    messagesPerSecond: 1_000,
  },
  publicUrl: null,
  trustProxy: [],
  allowPlainHttp: false,
  retentionRawDays: 730,
  maxWaitingReadings: 2_000_000,
  heartbeatUrl: null,
  influx: null,
  logLevel: 'info',
};

type Env = Record<string, string | undefined>;

function config(env: Env = {}, text?: string): Config {
  return readConfig({ env, argv: [], ...(text === undefined ? {} : { file: { path: 'fw.yaml', text } }) });
}

function problemsOf(read: () => unknown): readonly ConfigProblem[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('nothing set gives the defaults, all on loopback', () => {
  expect(config()).toEqual(DEFAULTS);
});

test('the environment wins over the file and the file over the default', () => {
  const read = config({ HTTP_PORT: '9000' }, 'HTTP_PORT: 9001\nMQTT_PORT: 1884\n');
  expect(read.http.port).toBe(9000);
  expect(read.mqtt.port).toBe(1884);
  expect(read.logLevel).toBe('info');
});

describe('accepted values', () => {
  const rows: readonly [string, Env, Partial<Config>][] = [
    ['port 0', { HTTP_PORT: '0' }, { http: { host: '127.0.0.1', port: 0 } }],
    ['port 65535', { HTTP_PORT: '65535' }, { http: { host: '127.0.0.1', port: 65_535 } }],
    ['the IPv6 loopback', { HTTP_HOST: '::1' }, { http: { host: '::1', port: 8080 } }],
    ['the name localhost', { HTTP_HOST: 'localhost' }, { http: { host: 'localhost', port: 8080 } }],
    ['another loopback address', { HTTP_HOST: '127.8.0.1' }, { http: { host: '127.8.0.1', port: 8080 } }],
    [
      'every address, when plain HTTP is accepted',
      { HTTP_HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: 'true' },
      { http: { host: '0.0.0.0', port: 8080 }, allowPlainHttp: true },
    ],
    ['a public address', { PUBLIC_URL: 'https://fw.example.com' }, { publicUrl: 'https://fw.example.com' }],
    ['a public address with its slash', { PUBLIC_URL: 'http://10.0.0.5:8080/' }, { publicUrl: 'http://10.0.0.5:8080' }],
    ['a log level', { LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    ['a directory with a blank', { DATA_DIR: '/srv/facility watch' }, { dataDir: '/srv/facility watch' }],
  ];
  test.each(rows)('%s', (_, env, expected) => {
    expect(config(env)).toEqual({ ...DEFAULTS, ...expected });
  });
});

describe('refused values name the key and what would be right', () => {
  const rows: readonly [key: string, value: string, expected: RegExp][] = [
    ['HTTP_PORT', '80a', /from 0 to 65535/],
    ['HTTP_PORT', '', /from 0 to 65535/],
    ['HTTP_PORT', '1e3', /in digits alone/],
    ['HTTP_PORT', ' 8080', /in digits alone/],
    ['HTTP_PORT', '0x50', /in digits alone/],
    ['HTTP_PORT', '+80', /in digits alone/],
    ['HTTP_PORT', '080', /in digits alone/],
    ['HTTP_PORT', '8080.0', /in digits alone/],
    ['HTTP_PORT', '８０８０', /in digits alone/],
    ['HTTP_PORT', '65536', /from 0 to 65535/],
    ['MQTT_PORT', '-1', /from 0 to 65535/],
    ['MQTT_PORT', '99999999999999999999', /from 0 to 65535/],
    ['MQTT_PORT', 'none', /from 0 to 65535, in digits alone, or off$/],
    ['MQTT_PORT', 'OFF', /or off$/],
    ['MQTT_TLS_PORT', 'on', /or off$/],
    ['MQTT_TLS_HOST', 'mqtts://10.0.0.5', /host name or an IP address/],
    ['MQTT_RATE', '0', /from 1 to 100000/],
    ['MQTT_MAX_PACKET', '10', /from 1024 to 16777216/],
    ['RETENTION_RAW_DAYS', '0', /from 1 to 36500/],
    ['MAX_WAITING_READINGS', '9999', /from 10000 to 50000000/],
    ['RETENTION_RAW_DAYS', '2y', /whole number/],
    ['ALLOW_PLAIN_HTTP', 'yes', /true or false/],
    ['ALLOW_PLAIN_HTTP', 'TRUE', /true or false/],
    ['ALLOW_PLAIN_MQTT', '1', /true or false/],
    ['ALLOW_PLAIN_MQTT', '', /true or false/],
    ['LOG_LEVEL', 'verbose', /one of fatal, error/],
    ['DATA_DIR', '', /not empty/],
    ['DATA_DIR', '  ', /not empty/],
    ['HTTP_HOST', 'http://127.0.0.1', /host name or an IP address/],
    ['HTTP_HOST', '127.0.0.1:80', /without a port/],
    ['PUBLIC_URL', 'fw.example.com', /https:\/\/fw\.example\.com/],
    ['PUBLIC_URL', 'https://fw.example.com/app', /without a path/],
    ['PUBLIC_URL', 'ftp://fw.example.com', /https:\/\//],
    ['PUBLIC_URL', 'https://me:secret@fw.example.com', /without a path/],
  ];
  test.each(rows)('%s=%j', (key, value, expected) => {
    const problems = problemsOf(() => config({ [key]: value }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ key, where: 'environment' });
    expect(problems[0]?.message).toMatch(expected);
  });
});

describe('binding beyond loopback needs the operator to say so', () => {
  test.each([
    ['HTTP_HOST', 'ALLOW_PLAIN_HTTP', '0.0.0.0'],
    ['HTTP_HOST', 'ALLOW_PLAIN_HTTP', '192.168.1.10'],
    ['HTTP_HOST', 'ALLOW_PLAIN_HTTP', '::'],
    ['MQTT_HOST', 'ALLOW_PLAIN_MQTT', '0.0.0.0'],
    ['MQTT_HOST', 'ALLOW_PLAIN_MQTT', 'broker.example.com'],
  ])('%s without %s for %s', (key, permission, host) => {
    const problems = problemsOf(() => config({ [key]: host }));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.key).toBe(key);
    expect(problems[0]?.message).toContain(`${permission}=true`);
    expect(() => config({ [key]: host, [permission]: 'true' })).not.toThrow();
  });

  test('permission for MQTT opens nothing for HTTP', () => {
    const problems = problemsOf(() => config({ HTTP_HOST: '0.0.0.0', ALLOW_PLAIN_MQTT: 'true' }));
    expect(problems.map((problem) => problem.key)).toEqual(['HTTP_HOST']);
  });
});

describe('MQTT over TLS', () => {
  const FILES = { MQTT_TLS_CERT: '/etc/fw/mqtt.pem', MQTT_TLS_KEY: '/etc/fw/mqtt.key' };
  const files = { certFile: '/etc/fw/mqtt.pem', keyFile: '/etc/fw/mqtt.key' };

  test('beside the plain port, on the same address', () => {
    const { mqtt } = config({ ...FILES, MQTT_TLS_PORT: '8883' });
    expect(mqtt).toMatchObject({ host: '127.0.0.1', port: 1883, tls: { host: '127.0.0.1', port: 8883, ...files } });
  });

  test('on an address of its own, the plain port staying on this machine', () => {
    const { mqtt } = config({ ...FILES, MQTT_TLS_PORT: '8883', MQTT_TLS_HOST: '10.0.0.5' });
    expect(mqtt).toMatchObject({ host: '127.0.0.1', port: 1883, tls: { host: '10.0.0.5', port: 8883 } });
  });

  test('alone, on any address and without asking: nothing crosses the network in clear', () => {
    const { mqtt } = config({ ...FILES, MQTT_TLS_PORT: '8883', MQTT_PORT: 'off', MQTT_HOST: '0.0.0.0' });
    expect(mqtt).toMatchObject({ port: null, tls: { host: '0.0.0.0', port: 8883 } });
  });

  test('beside a plain port beyond this machine, which still has to be accepted', () => {
    const [problem] = problemsOf(() => config({ ...FILES, MQTT_TLS_PORT: '8883', MQTT_HOST: '0.0.0.0' }));
    expect(problem?.key).toBe('MQTT_HOST');
    expect(problem?.message).toContain('MQTT_PORT=off');
  });

  const rows: readonly [string, Env, string, RegExp][] = [
    ['both ports off', { MQTT_PORT: 'off' }, 'MQTT_PORT', /no device could connect/],
    ['no certificate', { MQTT_TLS_PORT: '8883', MQTT_TLS_KEY: 'k' }, 'MQTT_TLS_CERT', /MQTT_TLS_PORT needs it/],
    ['no key', { MQTT_TLS_PORT: '8883', MQTT_TLS_CERT: 'c' }, 'MQTT_TLS_KEY', /MQTT_TLS_PORT needs it/],
    ['a certificate without a port', { MQTT_TLS_CERT: 'c' }, 'MQTT_TLS_CERT', /give that a port, such as 8883/],
  ];
  test.each(rows)('%s is refused', (_, env, key, message) => {
    const problems = problemsOf(() => config(env));
    expect(problems.map((problem) => problem.key)).toEqual([key]);
    expect(problems[0]?.message).toMatch(message);
  });
});

describe('InfluxDB', () => {
  const HERE = { INFLUX_URL: 'http://127.0.0.1:8086/' };
  const secretFile = (text: string): string => {
    const dir = mkdtempSync(join(tmpdir(), 'fw-secret-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'secret'), text);
    return join(dir, 'secret');
  };

  test('keeps the readings where its address is set, and only there', () => {
    const influx = { url: 'http://127.0.0.1:8086', token: null, username: null, password: null, org: null };
    expect(config(HERE).influx).toEqual({ ...influx, bucket: 'facility_watch' });
    // Its own tools use these names too.
    expect(config({ INFLUX_TOKEN: 'of the command line', INFLUX_ORG: 'mine' }).influx).toBeNull();
  });

  test('takes a secret from a file, without the end of its line', () => {
    const INFLUX_TOKEN_FILE = secretFile('t0k en==\r\n');
    expect(config({ ...HERE, INFLUX_TOKEN_FILE }).influx).toMatchObject({ token: 't0k en==' });
    const INFLUX_PASSWORD_FILE = secretFile('pass"\\');
    const read = config({ ...HERE, INFLUX_PASSWORD_FILE, INFLUX_USERNAME: 'us er' }).influx;
    expect(read).toMatchObject({ token: null, username: 'us er', password: 'pass"\\' });
  });

  test('in clear beyond this machine has to be accepted, and then it may have a path', () => {
    const far = { INFLUX_URL: 'http://10.0.0.5:8086/influx/' };
    expect(problemsOf(() => config(far))).toMatchObject([{ key: 'INFLUX_URL' }]);
    expect(config({ ...far, ALLOW_PLAIN_HTTP: 'true' }).influx?.url).toBe('http://10.0.0.5:8086/influx');
    expect(config({ INFLUX_URL: 'https://influx.example.com' }).influx?.url).toBe('https://influx.example.com');
  });

  const rows: readonly [string, Env, string, RegExp][] = [
    ['a user in the address', { INFLUX_URL: 'https://me:secret@influx.example.com' }, 'INFLUX_URL', /without a user/],
    ['a secret of two lines', { ...HERE, INFLUX_TOKEN: 'hush\nhush' }, 'INFLUX_TOKEN', /^what is set will not do/],
    ['an empty file', { ...HERE, INFLUX_TOKEN_FILE: '/dev/null' }, 'INFLUX_TOKEN_FILE', /has to hold one line/],
    ['no such file', { ...HERE, INFLUX_TOKEN_FILE: '/no/such' }, 'INFLUX_TOKEN_FILE', /ENOENT/],
    [
      'a secret twice',
      { ...HERE, INFLUX_TOKEN: 'a', INFLUX_TOKEN_FILE: '/dev/null' },
      'INFLUX_TOKEN_FILE',
      /is set too/,
    ],
    ['token and user', { ...HERE, INFLUX_TOKEN: 'a', INFLUX_USERNAME: 'b' }, 'INFLUX_USERNAME', /a token is set too/],
    ['a password alone', { ...HERE, INFLUX_PASSWORD: 'a' }, 'INFLUX_USERNAME', /needs its user/],
  ];
  test.each(rows)('%s is refused', (_, env, key, message) => {
    const [problem] = problemsOf(() => config(env));
    expect(problem).toMatchObject({ key, message: expect.stringMatching(message) as string });
  });
});

describe('the file', () => {
  test('quoted and plain values are read alike', () => {
    expect(config({}, 'HTTP_PORT: "9000"\nDATA_DIR: /srv/fw # here\n')).toMatchObject({
      http: { port: 9000 },
      dataDir: '/srv/fw',
    });
  });

  test.each(['', '# nothing set yet\n', '---\n'])('an empty one (%j) changes nothing', (text) => {
    expect(config({}, text)).toEqual(DEFAULTS);
  });

  const rows: readonly [string, string, Partial<ConfigProblem>, RegExp][] = [
    [
      'an unknown key',
      'LOG_LEVEL: info\nHTTP_PROT: 80\n',
      { key: 'HTTP_PROT', where: 'fw.yaml:2' },
      /did you mean HTTP_PORT\?/,
    ],
    ['a key unlike any', 'COLOUR: red\n', { key: 'COLOUR', where: 'fw.yaml:1' }, /known keys are DATA_DIR/],
    ['a key in small letters', 'http_port: 80\n', { key: 'http_port', where: 'fw.yaml:1' }, /did you mean HTTP_PORT\?/],
    ['a key of every object', 'constructor: 1\n', { key: 'constructor', where: 'fw.yaml:1' }, /no such key/],
    ['no value', '\nHTTP_PORT:\n', { key: 'HTTP_PORT', where: 'fw.yaml:2' }, /one plain value/],
    ['a list', 'HTTP_PORT: [80]\n', { key: 'HTTP_PORT', where: 'fw.yaml:1' }, /one plain value/],
    ['an exponent', 'HTTP_PORT: 1e3\n', { key: 'HTTP_PORT', where: 'fw.yaml:1' }, /in digits alone/],
    ['a YAML 1.1 boolean', 'ALLOW_PLAIN_HTTP: yes\n', { key: 'ALLOW_PLAIN_HTTP', where: 'fw.yaml:1' }, /true or false/],
    ['a key twice', 'HTTP_PORT: 1\nHTTP_PORT: 2\n', { key: null, where: 'fw.yaml:2' }, /not YAML/],
    ['a list of settings', '- HTTP_PORT: 1\n', { key: null, where: 'fw.yaml:1' }, /list of lines/],
    ['text', 'hello\n', { key: null, where: 'fw.yaml:1' }, /list of lines/],
    ['broken YAML', 'LOG_LEVEL: "info\n', { key: null }, /not YAML/],
  ];
  test.each(rows)('%s is refused with its line', (_, text, problem, message) => {
    const problems = problemsOf(() => config({}, text));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject(problem);
    expect(problems[0]?.message).toMatch(message);
  });

  test('every problem is told at once, each with where it came from', () => {
    const problems = problemsOf(() => config({ MQTT_PORT: 'x' }, 'HTTP_PORT: y\nLOG_LEVEL: loud\nDATADIR: z\n'));
    expect(problems.map(({ key, where }) => `${key} ${where}`)).toEqual([
      'DATADIR fw.yaml:3',
      'HTTP_PORT fw.yaml:1',
      'MQTT_PORT environment',
      'LOG_LEVEL fw.yaml:2',
    ]);
    expect(new ConfigError(problems).message).toContain('HTTP_PORT (fw.yaml:1): "y" will not do');
  });
});

describe('which file', () => {
  test('--config wins over CONFIG_FILE', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fw-config-'));
    try {
      writeFileSync(join(dir, 'a.yaml'), 'HTTP_PORT: 1\n');
      writeFileSync(join(dir, 'b.yaml'), 'HTTP_PORT: 2\n');
      const env = { CONFIG_FILE: join(dir, 'a.yaml') };
      expect(readConfig({ env, argv: [] }).http.port).toBe(1);
      expect(readConfig({ env, argv: ['--config', join(dir, 'b.yaml')] }).http.port).toBe(2);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('one that cannot be read is an error that names it', () => {
    const [problem] = problemsOf(() => readConfig({ env: {}, argv: ['--config', '/no/such/fw.yaml'] }));
    expect(problem).toMatchObject({ key: 'CONFIG_FILE', where: 'command line' });
    expect(problem?.message).toContain('/no/such/fw.yaml');
  });

  test('one that is not UTF-8 is an error', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fw-config-'));
    try {
      writeFileSync(join(dir, 'gbk.yaml'), new Uint8Array([0x23, 0xd4, 0xa1, 0xcc, 0xc3, 0x0a]));
      const [problem] = problemsOf(() => readConfig({ env: { CONFIG_FILE: join(dir, 'gbk.yaml') }, argv: [] }));
      expect(problem).toMatchObject({ key: 'CONFIG_FILE', where: 'environment' });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test.each([[['--port', '80']], [['start']], [['--config']]])('the arguments %j are refused', (argv) => {
    const [problem] = problemsOf(() => readConfig({ env: {}, argv }));
    expect(problem).toMatchObject({ where: 'command line' });
    expect(problem?.message).toContain('--config FILE');
  });
});
