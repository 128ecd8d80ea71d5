import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Data = Compile(Type.Object({ dir: Type.String() }));
const Batch = Compile(Type.Array(Type.Object({ topic: Type.String(), payload: Type.Unsafe<Uint8Array>({}) })));
const given: unknown = workerData;
if (!Data.Check(given)) throw new TypeError('the writer is told its folder');
const db = new DatabaseSync(join(given.dir, 'bare.db'));
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
db.exec('CREATE TABLE message (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL) STRICT');
const append = db.prepare('INSERT INTO message (topic, payload) VALUES (?, ?)');
parentPort?.on('message', (batch: unknown) => {
  if (!Batch.Check(batch)) throw new TypeError('the writer takes batches of messages');
  db.exec('BEGIN IMMEDIATE');
  for (const { topic, payload } of batch) append.run(topic, payload);
  db.exec('COMMIT');
  parentPort?.postMessage(batch.length);
});
