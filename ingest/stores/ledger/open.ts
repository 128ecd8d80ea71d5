import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DamagedFile, ForeignFile, NewerSchema, NoRoomForCopy, speaksOfDamage, wantsRoom } from '../sqlite/errors.ts';
import { startThread, type Fault } from '../sqlite/thread.ts';
import type { WriterData, WriterReady, WriterRequest, WriterResult } from './protocol.ts';
import {
  CommitFailed,
  CONFLICT_CODES,
  LedgerConflict,
  RegistryChanged,
  type Ledger,
  type LedgerBatch,
} from './types.ts';

const WRITER = new URL('./writer.worker.ts', import.meta.url);

export interface LedgerOptions {
  readonly file: string;
  /** Size of the file `reserve` beside it, given away when the disk is full; 0: none. */
  readonly reserveBytes?: number;
  /** Another writer: a test's, that dies. */
  readonly script?: URL;
}

/**
 * Opens the ledger with a writer thread of its own; creates or migrates the file.
 * Rejects with NewerSchema, ForeignFile, NoRoomForCopy or DamagedFile (nothing changed) or CommitFailed.
 *
 * The identical batch (the same object) may be committed again after a transient failure: when its thread was
 * lost half-way, it is looked up whether the transaction was in the file already. On a full disk the first commit that
 * fails gives the reserve away, so that the next ones pass until that is used up too; `room` tells.
 */
export async function openLedger({ file, reserveBytes = 0, script = WRITER }: LedgerOptions): Promise<Ledger> {
  const reserve = reserveBytes === 0 ? null : { file: join(dirname(file), 'reserve'), bytes: reserveBytes };
  const data: WriterData = { file, writer: randomUUID(), reserve };
  let reserveKept = true;
  let number = 0;
  const underWay = new Map<number, LedgerBatch>();
  const committed = new WeakSet<LedgerBatch>();

  const thread = await startThread<WriterRequest, WriterResult, WriterReady>({
    script,
    data,
    revive: (fault) => revive(fault, file),
    onReady({ mark, ...ready }) {
      reserveKept = ready.reserveKept;
      for (const [lost, batch] of underWay) if (lost <= mark) committed.add(batch);
      underWay.clear();
    },
  });

  return {
    async commit(batch) {
      await thread.started();
      if (committed.delete(batch)) return;
      const { arrivals, ...rest } = batch;
      // A copy: the batch may have to be given again.
      const packed = arrivals?.slice() ?? new Float64Array(0);
      const mine = ++number;
      underWay.set(mine, batch);
      try {
        const request = { op: 'commit', number: mine, batch: withOwnPayloads(rest), arrivals: packed } as const;
        ({ reserveKept } = await thread.call(request, [packed.buffer]));
        underWay.delete(mine);
      } catch (error) {
        if (reserve !== null && error instanceof CommitFailed && wantsRoom(error.sqliteCode)) reserveKept = false;
        // Without an answer it stays in doubt until the next thread has looked.
        if (!(error instanceof CommitFailed && error.transient && error.sqliteCode === null)) underWay.delete(mine);
        throw error;
      }
    },
    async committed(batch) {
      await thread.started();
      return committed.delete(batch);
    },
    room: () => (reserveKept ? 'ample' : 'reserve'),
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

function revive({ kind, message, transient, sqliteCode, detail }: Fault, file: string): Error {
  const { code, found = 0, known = 0 } = detail;
  const conflict = kind === 'LedgerConflict' ? CONFLICT_CODES.find((known) => known === code) : undefined;
  if (conflict !== undefined) return new LedgerConflict(conflict, message);
  if (kind === 'RegistryChanged') return new RegistryChanged(message);
  if (kind === 'NewerSchema') return new NewerSchema(file, Number(found), Number(known));
  if (kind === 'ForeignFile') return new ForeignFile(file);
  if (kind === 'NoRoomForCopy') return new NoRoomForCopy(file);
  if (kind === 'DamagedFile') return new DamagedFile(file, String(found));
  const told = speaksOfDamage(sqliteCode) ? new DamagedFile(file, message).message : message;
  return new CommitFailed(told, { transient, sqliteCode });
}
