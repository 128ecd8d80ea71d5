import { randomUUID } from 'node:crypto';
import { packArrivals } from '../packed.ts';
import { ForeignFile, NewerSchema } from '../sqlite/errors.ts';
import { startThread, type Fault } from '../sqlite/thread.ts';
import type { WriterData, WriterReady, WriterRequest, WriterResult } from './protocol.ts';
import { CommitFailed, LedgerConflict, type Ledger, type LedgerBatch } from './types.ts';

const WRITER = new URL('./writer.worker.ts', import.meta.url);

/**
 * Opens the ledger with a writer thread of its own; creates or migrates the file.
 * Rejects with NewerSchema or ForeignFile (nothing changed) or CommitFailed.
 *
 * The identical batch (the same object) may be committed again after a transient failure: when its thread was
 * lost half-way, it is looked up whether the transaction was in the file already. `script`: another writer (a test's, that dies).
 */
export async function openLedger({ file, script = WRITER }: { file: string; script?: URL }): Promise<Ledger> {
  const data: WriterData = { file, writer: randomUUID() };
  let number = 0;
  const underWay = new Map<number, LedgerBatch>();
  const committed = new WeakSet<LedgerBatch>();

  const thread = await startThread<WriterRequest, WriterResult, WriterReady>({
    script,
    data,
    revive,
    onReady({ mark }) {
      for (const [lost, batch] of underWay) if (lost <= mark) committed.add(batch);
      underWay.clear();
    },
  });

  return {
    async commit(batch) {
      await thread.started();
      if (committed.delete(batch)) return;
      const { arrivals = [], ...rest } = batch;
      const packed = packArrivals(arrivals);
      const mine = ++number;
      underWay.set(mine, batch);
      try {
        const request = { op: 'commit', number: mine, batch: withOwnPayloads(rest), arrivals: packed } as const;
        await thread.call(request, [packed.buffer]);
        underWay.delete(mine);
      } catch (error) {
        // Without an answer it stays in doubt until the next thread has looked.
        if (!(error instanceof CommitFailed && error.transient && error.sqliteCode === null)) underWay.delete(mine);
        throw error;
      }
    },
    async trim(upTo) {
      for (let more = true; more;) ({ more } = await thread.call({ op: 'trim', upTo }));
    },
    async expire(before) {
      for (let more = true; more;) ({ more } = await thread.call({ op: 'expire', before }));
    },
    close: () => thread.close(),
  };
}

/** A payload is often a view of a large network buffer, all of which would be cloned along. */
function withOwnPayloads(batch: Omit<LedgerBatch, 'arrivals'>): Omit<LedgerBatch, 'arrivals'> {
  if (batch.quarantine === undefined || batch.quarantine.length === 0) return batch;
  const quarantine = batch.quarantine.map((entry) =>
    entry.payload === null ? entry : { ...entry, payload: new Uint8Array(entry.payload) },
  );
  return { ...batch, quarantine };
}

function revive({ kind, message, transient, sqliteCode, detail }: Fault): Error {
  const { code, file = '', found = 0, known = 0 } = detail;
  if (kind === 'LedgerConflict' && (code === 'link_used' || code === 'user_exists'))
    return new LedgerConflict(code, message);
  if (kind === 'NewerSchema') return new NewerSchema(String(file), Number(found), Number(known));
  if (kind === 'ForeignFile') return new ForeignFile(String(file));
  return new CommitFailed(message, { transient, sqliteCode });
}
