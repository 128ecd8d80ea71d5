import { workerData } from 'node:worker_threads';
import { namingDamage, sqliteCode, wantsRoom } from '../sqlite/errors.ts';
import { openForWriting } from '../sqlite/migrate.ts';
import { serve } from '../sqlite/serve.ts';
import { deleter } from './delete.ts';
import { heldFrom } from './hold.ts';
import { writerData, type WriterReady, type WriterRequest, type WriterResult } from './protocol.ts';
import { createReserve, NO_RESERVE } from './reserve.ts';
import { LEDGER_SCHEMA } from './schema.ts';
import { batchWriter } from './write-batch.ts';

/** Pages that a WAL grows to before it is moved into the file. */
const USUAL_WAL = 1_000;
const SHORT_WAL = 32;

serve<WriterRequest, WriterResult, WriterReady>(() => {
  const { file, writer, reserve: reserveOptions } = writerData(workerData);
  const reserve = reserveOptions === null ? NO_RESERVE : createReserve(reserveOptions);
  const { db, batches, remove, mark } = namingDamage(file, () => {
    const opened = openForWriting(file, LEDGER_SCHEMA);
    const writing = batchWriter(opened, writer);
    return { db: opened, batches: writing, remove: deleter(opened, () => heldFrom(file)), mark: writing.mark() };
  });
  let scarce = !reserve.whole();
  if (scarce) keepWalShort();

  /** A WAL that took all that is left could not be moved into the file any more. */
  function keepWalShort(): void {
    db.exec(`PRAGMA wal_autocheckpoint = ${SHORT_WAL}`);
  }

  /** The same batch comes again; it finds what the reserve kept back, and what the WAL had taken. */
  function makeRoom(): void {
    scarce = true;
    reserve.release();
    try {
      keepWalShort();
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // There was no room for that either.
    }
  }

  function endScarcity(at: number): void {
    reserve.restore(at);
    if (!reserve.whole()) return;
    scarce = false;
    db.exec(`PRAGMA wal_autocheckpoint = ${USUAL_WAL}`);
  }

  const done = (more: boolean): WriterResult => ({ more, reserveKept: reserve.kept() });

  return {
    ready: { mark, reserveKept: reserve.kept() },
    handle(request) {
      switch (request.op) {
        case 'commit':
          try {
            batches.write(request);
          } catch (error) {
            if (wantsRoom(sqliteCode(error))) makeRoom();
            throw error;
          }
          if (scarce) endScarcity(request.batch.at);
          return done(false);
        case 'trim':
          return done(remove.trim(request.upTo));
        case 'expire':
          return done(remove.expire(request.before));
      }
    },
    close: () => db.close(),
  };
});
