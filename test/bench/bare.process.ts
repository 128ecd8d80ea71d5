import { createServer } from 'node:net';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Aedes } from 'aedes';
import { Type } from 'typebox';
import { Check } from 'typebox/value';

/**
 * The measure: a bare aedes whose hook appends each message to SQLite, committed whenever the writer's thread is free
 * and acknowledged after that, as ours are, and which does nothing else. No guard, no topics, no judging, no screens.
 */
const dir = process.argv[2] ?? '';
const writer = new Worker(new URL('./bare-writer.worker.ts', import.meta.url), { workerData: { dir } });
interface Waiting {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly done: () => void;
}
let batch: Waiting[] = [];
let underWay: Waiting[] | undefined;

function commit(): void {
  if (underWay !== undefined || batch.length === 0) return;
  underWay = batch;
  batch = [];
  writer.postMessage(underWay.map(({ topic, payload }) => ({ topic, payload })));
}
writer.on('message', () => {
  const committed = underWay ?? [];
  underWay = undefined;
  for (const { done } of committed) done();
  commit();
});

const aedes = await Aedes.createBroker({
  authorizePublish(_client, { topic, payload }, done) {
    batch.push({ topic, payload: Buffer.from(payload), done: () => done(null) });
    if (batch.length === 1) setImmediate(commit);
  },
  authorizeForward: () => null,
});
const server = createServer({ noDelay: true }, (socket) => void aedes.handle(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (!Check(Type.Object({ port: Type.Integer() }), address)) throw new Error('no port was given');
process.on('message', () => {
  process.send?.({ rss: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1_024 });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: address.port });
