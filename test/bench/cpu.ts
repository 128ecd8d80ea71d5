import { readFileSync } from 'node:fs';

/** Of a clock tick, as Linux counts the time of processes. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor that a process has used so far, all its threads together. */
export function cpuSeconds(pid: number | undefined): number {
  // Behind the name, which may hold anything, in brackets.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
