import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArrivalSeq } from '../arrival.ts';

/** ms after which whoever held the log is taken for dead: then it is trimmed again. */
const LAPSES = 60_000;
const RENEW_EVERY = 10_000;

const fileBeside = (ledger: string): string => join(dirname(ledger), 'log.held');

/** Keeps arrivals in the log of a running system although their consumer has them, for another process that reads it. */
export interface LogHold {
  /** Nothing from this number on is trimmed until it is called again, or released. */
  from(seq: ArrivalSeq): void;
  release(): void;
}

/** `ledger`: path of its file. Lapses a minute after this process is gone. */
export function holdLog(ledger: string): LogHold {
  const file = fileBeside(ledger);
  let held: ArrivalSeq = 0;
  // What is read half-way is a smaller number, which holds more.
  const write = (): void => writeFileSync(file, String(held));
  write();
  const renewing = setInterval(write, RENEW_EVERY).unref();
  return {
    from(seq) {
      held = seq;
      write();
    },
    release() {
      clearInterval(renewing);
      rmSync(file, { force: true });
    },
  };
}

/** The number from which on the log is held now; Infinity: it is not. */
export function heldFrom(ledger: string): ArrivalSeq {
  const file = fileBeside(ledger);
  try {
    // The time of a file is told by the machine, which no clock of ours drives.
    if (Math.abs(Date.now() - statSync(file).mtimeMs) > LAPSES) return Infinity;
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return Infinity;
  }
}
