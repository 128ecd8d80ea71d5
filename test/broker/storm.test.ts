import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { expect, onTestFinished, test } from 'vitest';

/** STORM=full: the whole fleet of a large site. Otherwise a storm that a busy machine weathers in seconds. */
const full = process.env['STORM'] === 'full';
const DEVICES = full ? 5_000 : 1_000;
const PUBLISHES = full ? 100 : 20;
const MIB = 1_048_576;

const Counts = Type.Object({
  handedOn: Type.Integer(),
  distinct: Type.Integer(),
  open: Type.Integer(),
  refusals: Type.Record(Type.String(), Type.Integer()),
  /** Bytes, now and at most. */
  rss: Type.Integer(),
  peak: Type.Integer(),
});
const Load = Type.Object({
  connected: Type.Integer(),
  acknowledged: Type.Integer(),
  stray: Type.Integer(),
  broken: Type.Integer(),
  seconds: Type.Number(),
});

function start(file: string, args: readonly string[] = []): ChildProcess {
  const child = fork(join(import.meta.dirname, file), args);
  onTestFinished(() => void (child.connected && child.disconnect()));
  return child;
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve));
}

/** A broker in a process of its own, and what it has counted. */
async function startBroker() {
  const broker = start('storm-broker.ts');
  const { port } = Parse(Type.Object({ port: Type.Integer() }), await nextMessage(broker));
  return {
    port,
    async counts() {
      const answer = nextMessage(broker);
      broker.send('report');
      return Parse(Counts, await answer);
    },
  };
}

function say(line: string): void {
  process.stdout.write(`storm: ${line}\n`);
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

test(`${DEVICES} devices connect at once, ${PUBLISHES} publishes behind each CONNECT: each is handed on once and acknowledged`, async () => {
  const broker = await startBroker();
  const load = start('storm-load.ts', [broker.port, DEVICES, PUBLISHES].map(String));
  const report = Parse(Load, await nextMessage(load));
  const { rss, peak, ...counts } = await broker.counts();
  say(`${report.seconds.toFixed(1)} s, memory at most ${mib(peak)}, at the end ${mib(rss)}`);

  const all = DEVICES * PUBLISHES;
  expect(report).toMatchObject({ connected: DEVICES, acknowledged: all, stray: 0, broken: 0 });
  expect(counts).toEqual({ handedOn: all, distinct: all, open: DEVICES, refusals: {} });
  if (full) expect(peak).toBeLessThanOrEqual(600 * MIB);
}, 300_000);

test(`${DEVICES} idle connections are held`, async () => {
  const broker = await startBroker();
  const load = start('storm-load.ts', [broker.port, DEVICES, 0].map(String));
  expect(Parse(Load, await nextMessage(load))).toMatchObject({ connected: DEVICES, broken: 0 });
  const { open, rss } = await broker.counts();
  say(`${DEVICES} idle connections in ${mib(rss)}`);
  expect(open).toBe(DEVICES);
  if (full) expect(rss).toBeLessThanOrEqual(300 * MIB);
}, 300_000);
