import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isLoopback, parseHost, parseInteger, type Parsed } from './config-value.ts';
import type { Handover } from './demo-history.ts';
import { StartError } from './start-error.ts';

const SIMULATORS = fileURLToPath(new URL('../simulators/main.ts', import.meta.url));

export const DEMO_USAGE = `Usage: npm run demo -- [options]

  --host HOST         address of the dashboard (127.0.0.1)
  --http-port PORT    port of the dashboard (8080); 0 takes a free one
  --mqtt-port PORT    port of the broker, on this machine only (1883); 0 takes a free one
  --seed NUMBER       the same number gives the same story (1)
  --history DAYS      days that the mine has lived when it opens, 0 to 7 (7); each takes a second or two
`;

export interface DemoOptions {
  readonly host: string;
  readonly httpPort: number;
  /** The demo's broker listens on loopback alone: only its own simulators use it. */
  readonly mqttHost: '127.0.0.1';
  readonly mqttPort: number;
  readonly seed: number;
  /** Days that are told before it begins. */
  readonly history: number;
  /** The dashboard can be reached from other machines: the operator asked for it with --host. */
  readonly exposed: boolean;
}

/** @throws StartError naming the option and what would be right. */
export function prepareDemo(argv: readonly string[]): DemoOptions | 'help' {
  const text = { type: 'string' } as const;
  const options = {
    host: text,
    'http-port': text,
    'mqtt-port': text,
    seed: text,
    history: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options, allowPositionals: false }));
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${DEMO_USAGE}`, {
      cause: error,
    });
  }
  if (values.help === true) return 'help';
  const port = (name: 'http-port' | 'mqtt-port', value: string) =>
    take(name, value, parseInteger(value, { min: 0, max: 65_535 }));
  const host = take('host', values.host ?? '127.0.0.1', parseHost(values.host ?? '127.0.0.1'));
  return {
    host,
    httpPort: port('http-port', values['http-port'] ?? '8080'),
    mqttHost: '127.0.0.1',
    mqttPort: port('mqtt-port', values['mqtt-port'] ?? '1883'),
    seed: take('seed', values.seed ?? '1', parseInteger(values.seed ?? '1', { min: 0, max: 4_294_967_295 })),
    history: take('history', values.history ?? '7', parseInteger(values.history ?? '7', { min: 0, max: 7 })),
    exposed: !isLoopback(host),
  };
}

function take<T>(name: string, text: string, parsed: Parsed<T>): T {
  if ('value' in parsed) return parsed.value;
  throw new StartError(
    `--${name} ${JSON.stringify(text)} will not do: it has to be ${parsed.expected}\n\n${DEMO_USAGE}`,
  );
}

/** A data directory for one demo: fresh, readable by its owner alone, gone afterwards. */
export function temporaryDataDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'facility-watch-demo-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface SimulatorCredential {
  readonly device: string;
  readonly username: string;
  readonly clientId: string;
  readonly password: string;
}

export interface SimulatorsOptions {
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly site: string;
  readonly credentials: readonly SimulatorCredential[];
  readonly seed: number;
  /** Where they go on. */
  readonly handover: Handover;
  /** A line that the simulators wrote: `out` tells, `err` complains. */
  readonly onLine: (line: string, stream: 'out' | 'err') => void;
}

export interface Simulators {
  readonly pid: number | undefined;
  /** Resolves when the process is gone, however it went. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Lets every device say goodbye; kills the process after five seconds. */
  stop(): Promise<void>;
}

const PATIENCE = 5_000;

/**
 * Starts the simulated devices as a process of their own. Their credentials go over a pipe: arguments and environment
 * can be read by others. The process stops by itself when this one is gone, because the pipe closes then.
 */
export function spawnSimulators(options: SimulatorsOptions): Simulators {
  const { mqtt, site, credentials, seed, handover, onLine } = options;
  const args = [SIMULATORS, '--site', site, '--url', `mqtt://${mqtt.host}:${mqtt.port}`, '--seed', String(seed)];
  const child = spawn(process.execPath, args, {
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'] },
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => onLine(`The simulated devices cannot be started: ${error.message}`, 'err'));
  });
  // A child that is gone already closes the pipe under us; `exited` tells that better.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify({ site, devices: credentials, demo: handover })}\n`);
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, 'out'));
  createInterface({ input: child.stderr }).on('line', (line) => onLine(line, 'err'));

  return {
    pid: child.pid,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      child.stdin.end();
      await closed;
      clearTimeout(impatience);
    },
  };
}

export interface Announcement {
  /** Where the dashboard listens, such as http://127.0.0.1:8080. */
  readonly url: string;
  /** Signs in once. */
  readonly link: string;
  readonly exposed: boolean;
}

/** The box that a visitor reads first, in both languages. */
export function announceDemo({ url, link, exposed }: Announcement): string {
  const lines = [
    '后勤设施监测 演示已就绪    Facility Watch: the demo is ready',
    '',
    `地址 / Address        ${url}`,
    '一次性登录链接 / Sign-in link, works once:',
    `  ${link}`,
    '',
    '数据为模拟，一分钟内会有报警。 The data are simulated; the first alarm comes within a minute.',
    '按 Ctrl+C 结束，数据随之删除。 Ctrl+C ends it and deletes its data.',
  ];
  if (exposed) {
    lines.push('', '注意：其他机器可以不加密地访问此页面。 Other machines can reach this page, unencrypted.');
  }
  const width = Math.max(...lines.map(columns));
  const edge = '─'.repeat(width + 2);
  const body = lines.map((line) => `│ ${line}${' '.repeat(width - columns(line))} │`);
  return [`┌${edge}┐`, ...body, `└${edge}┘`, ''].join('\n');
}

/** Columns on a terminal: Han characters and full-width punctuation take two (Unicode TR 11). */
function columns(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  return width;
}
