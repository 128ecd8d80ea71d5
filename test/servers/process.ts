import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { openSync, closeSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that runs as a process of its own in a temporary folder, on loopback. */
export interface ServerProcess {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  /** Undefined: it does not run. */
  readonly pid: number | undefined;
  /** Ends it in order; its data stay. */
  stop(): Promise<void>;
  /** `kill -9`; its data stay, as far as they were on the disk. */
  kill(): Promise<void>;
  /** Ends it in order where it runs, and starts it on the same port and data; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

interface Options {
  readonly name: string;
  readonly program: string;
  /** Where its folder is made; by default among the system's temporary files. */
  readonly base?: string | undefined;
  /** Arguments and environment; called once, before the first start, with an empty folder. */
  readonly command: (where: { dir: string; port: number }) => {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Whether it answers. What throws is "not yet". */
  readonly answers: (where: { url: string; port: number; log: string }) => Promise<boolean>;
}

/** ms: beyond that a server that does not answer is given up, with what it wrote. */
const PATIENCE = 60_000;
const LOOK_EVERY = 25; // ms

/**
 * A port that was free a moment ago: a server must find the same one again when it is restarted. It is none of those
 * that the system gives to whoever asks for any, from 32,768 on or higher: other tests do so all the time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
}

/** @throws Error, with the end of what the server wrote, when it ends at once or does not answer. */
export async function startServer({
  name,
  program,
  command,
  answers,
  base = tmpdir(),
}: Options): Promise<ServerProcess> {
  const dir = mkdtempSync(join(base, `fw-${name}-`));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { args, env = {} } = command({ dir, port });
  let running: { child: ChildProcess; ended: Promise<unknown> } | undefined;

  function launch(): void {
    const log = openSync(join(dir, 'log'), 'a');
    // Nothing of the environment but the path: a developer's own INFLUX… variables are not meant for this server.
    const child = spawn(program, args, {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '', HOME: dir, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    running = { child, ended };
    const last = (): void => void child.kill('SIGKILL');
    process.once('exit', last);
    void ended.then(() => {
      process.off('exit', last);
      if (running?.child === child) running = undefined;
    });
  }

  async function start(): Promise<void> {
    launch();
    for (const until = performance.now() + PATIENCE; performance.now() < until; await wait(LOOK_EVERY)) {
      if (running === undefined) break;
      if (await answers({ url, port, log: readLog() }).catch(() => false)) return;
    }
    await end('SIGKILL');
    throw new Error(`${name} does not answer: ${readLog().slice(-2_000)}`);
  }

  const readLog = () => readFileSync(join(dir, 'log'), 'utf8');

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child, ended } = running ?? {};
    child?.kill(signal);
    await ended;
  }

  async function close(): Promise<void> {
    await end('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    url,
    dir,
    get pid() {
      return running?.child.pid;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
    close,
  };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
