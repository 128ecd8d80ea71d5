import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ReserveOptions {
  readonly file: string;
  readonly bytes: number;
}

/** Space on the disk that is kept back, as a file, until commits fail for want of it. */
export interface Reserve {
  /** False while it is given away: what is committed now lives on it. */
  kept(): boolean;
  /** Kept, and as large as it should be: a start on a small or nearly full disk makes a smaller one. */
  whole(): boolean;
  /** Gives it away. */
  release(): void;
  /** After a commit (`at`: its wall time, ms): makes it whole when there is room, at most once a minute. */
  restore(at: number): void;
}

const PATIENCE = 60_000;
const CHUNK = 1_048_576;
/** Bytes. */
const SCARCE = 1_048_576;
/** What is free has to be as much again, or making it would fill the disk that it is for. */
const AMPLE = 2;
/** Where there is less, so large a part of what is free; at least some hundred commits. */
const PART = 4;
const LEAST = 262_144;

/** Makes it where there is room. Where there is next to none, gives it away at once: to open the stores takes some. */
export function createReserve({ file, bytes }: ReserveOptions): Reserve {
  const givenAway = sizeOf(file) !== undefined && freeAt(file) < SCARCE && remove(file);
  let size = givenAway ? 0 : startWith(file, bytes);
  let triedAt = -Infinity;

  return {
    kept: () => size > 0,
    whole: () => size === bytes,
    release() {
      if (size > 0 && remove(file)) size = 0;
    },
    restore(at) {
      if (size === bytes || Math.abs(at - triedAt) < PATIENCE || freeAt(file) < bytes * AMPLE) return;
      triedAt = at;
      size = make(file, bytes);
    },
  };
}

/** Bytes that are kept from a start on. */
function startWith(file: string, bytes: number): number {
  const there = sizeOf(file) ?? 0;
  if (there === bytes) return bytes;
  const free = freeAt(file) + there;
  if (free >= bytes * AMPLE) return make(file, bytes);
  if (there >= LEAST && there < bytes) return there;
  const part = Math.floor(free / PART);
  return part < Math.min(LEAST, bytes) ? 0 : make(file, Math.min(part, bytes));
}

/** Of a ledger without one. */
export const NO_RESERVE: Reserve = { kept: () => true, whole: () => true, release: () => {}, restore: () => {} };

/** Written in full, with bytes that no file system packs or leaves out. Returns its size; 0: there is none. */
function make(file: string, bytes: number): number {
  const chunk = randomFillSync(Buffer.alloc(Math.min(CHUNK, bytes)));
  try {
    const fd = openSync(file, 'w', 0o600);
    try {
      for (let left = bytes; left > 0;) left -= writeSync(fd, chunk, 0, Math.min(left, chunk.length));
    } finally {
      closeSync(fd);
    }
    return bytes;
  } catch {
    // A quota that the free space does not show, or a disk that fails: there is none then.
    remove(file);
    return 0;
  }
}

function remove(file: string): boolean {
  try {
    // Some file systems need room to remove a name, but none to cut a file.
    if (sizeOf(file) !== undefined) truncateSync(file, 0);
    rmSync(file, { force: true });
    return true;
  } catch {
    return sizeOf(file) === 0;
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

function freeAt(file: string): number {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize;
}
