import { statfsSync } from 'node:fs';
import { sizeOf } from './backup/words.ts';

/** Before that no program of this version was made (ms epoch). */
const MADE = Date.UTC(2026, 10, 1);
const SCARCE = 256 * 1024 * 1024;

export interface Machine {
  readonly dataDir: string;
  /** ms epoch. */
  readonly now: number;
  /** Bytes that are free where the data are. */
  readonly free: number;
}

/** What is wrong with the machine and no reason not to start, a sentence each, with what to do. */
export function preflight({ dataDir, now, free }: Machine): readonly string[] {
  const sentences: string[] = [];
  if (free < SCARCE) {
    sentences.push(
      `The disk of ${dataDir} has ${sizeOf(free)} left. Free some space there: when it is full, readings are shown and no longer stored.`,
    );
  }
  if (now < MADE) {
    sentences.push(
      `The clock of this machine says ${new Date(now).toISOString().slice(0, 16)}Z, which is before this program was made. ` +
        'Set it and switch its synchronisation on (timedatectl set-ntp true).',
    );
  }
  return sentences;
}

/** @throws Error where there is no such folder */
export function freeAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
