import { UnusableFile } from '../sqlite/errors.ts';
import { startThread, type Fault } from '../sqlite/thread.ts';
import type { DatabaseName, Inspection } from './database.ts';

export type BackupRequest =
  | { readonly op: 'copy'; readonly name: DatabaseName; readonly from: string; readonly to: string }
  | { readonly op: 'inspect'; readonly name: DatabaseName; readonly file: string };

/** Copies and inspects databases; whoever asks stays free to say how far it is and to be stopped. */
export interface BackupThread {
  /** Rejects with an UnusableFile that says what is wrong with a file. */
  run(request: BackupRequest): Promise<Inspection>;
  close(): Promise<void>;
}

export async function startBackupThread(): Promise<BackupThread> {
  const script = new URL('./backup.worker.ts', import.meta.url);
  const thread = await startThread<BackupRequest, Inspection>({ script, data: undefined, revive });
  return { run: (request) => thread.call(request), close: () => thread.close() };
}

const SENTENCES = new Set(['IncompleteCopy', 'DamagedFile', 'NewerSchema', 'ForeignFile']);

function revive({ kind, message }: Fault): Error {
  return SENTENCES.has(kind) ? new UnusableFile(message) : new Error(message);
}
