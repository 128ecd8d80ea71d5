import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type, type Static, type TSchema } from 'typebox';
import { Check, Parse } from 'typebox/value';
import { cpuSeconds } from './cpu.ts';
import type { Fleet } from './fleet.ts';

const Figures = Type.Object({
  rss: Type.Number(),
  peak: Type.Number(),
  loopP99: Type.Optional(Type.Number()),
  files: Type.Optional(Type.Record(Type.String(), Type.Number())),
});
export type Figures = Static<typeof Figures>;

const Report = Type.Object({
  acknowledged: Type.Integer(),
  total: Type.Integer(),
  seconds: Type.Number(),
  broken: Type.Integer(),
  /** ms from writing a message to its acknowledgement, where messages were paced. */
  p99: Type.Optional(Type.Number()),
  most: Type.Optional(Type.Number()),
});
export type Report = Static<typeof Report>;

export interface Server {
  readonly pid: number | undefined;
  readonly port: number;
  /** Empty for the bare broker. */
  readonly url: string;
  readonly dir: string;
  /** The delay of the event loop is that since the last time it was begun anew. */
  figures(options?: { readonly anew: boolean }): Promise<Figures>;
  /** Bytes that the process has handed to the disk so far. */
  written(): number;
  /** Seconds of processor that it has used so far. */
  cpu(): number;
  stop(): Promise<void>;
}

export interface Loader {
  readonly pid: number | undefined;
  run(job: Readonly<Record<string, string | number>>): Promise<Report>;
  stop(): Promise<void>;
}

export function next<Schema extends TSchema>(child: ChildProcess, schema: Schema): Promise<Static<Schema>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: unknown) => {
      child.off('exit', ended);
      if (Check(schema, message)) resolve(message);
      else reject(new Error(`not understood: ${JSON.stringify(message)}`));
    });
  });
}

export const ROOT = join(import.meta.dirname, '..', '..');
const Package = Type.Object({ scripts: Type.Object({ start: Type.String() }) });

/** As `npm start` gives them to Node; BENCH_NODE_FLAGS in their place, such as `--cpu-prof --cpu-prof-dir=…`. */
export function systemFlags(): string[] {
  const { scripts } = Parse(Package, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const usual = /^node (.*)app\/launch\.mjs/.exec(scripts.start)?.[1] ?? '';
  return (process.env['BENCH_NODE_FLAGS'] ?? usual).split(' ').filter((flag) => flag !== '');
}

/**
 * One of this folder's processes. The system's get what `npm start` gives to Node. `cores`: those that it and all its
 * threads stay on, as a list of `taskset`.
 */
export function start(file: string, argument: string, cores?: string): ChildProcess {
  const isSystem = !/^(bare|loader)/.test(file);
  const flags = isSystem ? systemFlags() : [];
  const child = fork(join(import.meta.dirname, file), [argument], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(cores === undefined
      ? { execArgv: flags }
      : { execPath: 'taskset', execArgv: ['--cpu-list', cores, process.execPath, ...flags] }),
    // As app/launch.mjs has it.
    env: isSystem ? { ...process.env, NODE_COMPILE_CACHE: join(ROOT, '.cache', 'compile') } : process.env,
  });
  child.setMaxListeners(50);
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}

interface Place {
  readonly dir?: string | undefined;
  readonly cores?: string | undefined;
}

async function startServer(file: string, argumentOf: (dir: string) => string, place: Place = {}): Promise<Server> {
  const { dir: given, cores } = place;
  const dir = given ?? mkdtempSync(join(tmpdir(), 'fw-bench-'));
  const child = start(file, argumentOf(dir), cores);
  const first = next(child, Type.Object({ port: Type.Integer(), url: Type.Optional(Type.String()) }));
  const { port, url = '' } = await first;
  return {
    pid: child.pid,
    port,
    url,
    dir,
    figures({ anew } = { anew: false }) {
      const answer = next(child, Figures);
      child.send(anew ? 'figures, and begin anew' : 'figures');
      return answer;
    },
    written: () => Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${child.pid}/io`, 'utf8'))?.[1]),
    cpu: () => cpuSeconds(child.pid),
    async stop() {
      await stop(child);
      if (given === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Outside {
  /** With a past in it; stays when the system ends. One of its own unless given, that goes with it. */
  readonly dir?: string;
  readonly influx?: { readonly url: string; readonly org: string; readonly bucket: string; readonly token: string };
  /** Those that it stays on, as a list of `taskset`; all unless given. */
  readonly cores?: string;
}

export const startOurs = ({ dir: given, cores, ...fleet }: Fleet & Outside): Promise<Server> =>
  startServer('system.process.ts', (dir) => JSON.stringify({ ...fleet, dir }), { dir: given, cores });

export const startBare = (): Promise<Server> => startServer('bare.process.ts', (dir) => dir);

export interface LoaderOptions {
  readonly port: number;
  readonly devices: number;
  readonly metrics: number;
  /** Metrics of one point. */
  readonly perPoint?: number;
  /** Each message names its points itself. */
  readonly byPoint?: boolean;
  /** Messages that each sends behind its CONNECT. */
  readonly pipelined?: number;
}

/** Devices that are all connected when this resolves. */
export async function startLoader(options: LoaderOptions): Promise<Loader> {
  const child = start('loader.process.ts', JSON.stringify(options));
  await next(child, Type.Object({ connected: Type.Integer() }));
  return {
    pid: child.pid,
    async run(job) {
      const answer = next(child, Report);
      child.send(job);
      const report = await answer;
      if (report.broken > 0) throw new Error(`${report.broken} connections were closed: the figures mean nothing`);
      return report;
    },
    stop: () => stop(child),
  };
}
