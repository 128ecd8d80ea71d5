import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Lists as the kernel and `taskset` write them, such as `1-3,5`. */
export interface Cores {
  /** One, for our process alone. */
  readonly ours: string;
  /** All others, for whatever else is measured with it. */
  readonly others: string;
}

const ALLOWED = /^Cpus_allowed_list:\s*(\S+)$/m;

/** What this process may run on, divided; where that cannot be done, what it needs. */
export function findCores(): Cores | string {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'taskset, of util-linux';
  }
  const [ours, ...others] = numbersOf(allowed('self'));
  if (ours === undefined || others.length === 0) return 'a second core';
  return { ours: String(ours), others: others.join(',') };
}

/** Does some work with this process on `others`, where all that it starts meanwhile stays. */
export async function onOthers<T>({ others }: Cores, work: () => Promise<T>): Promise<T> {
  const before = allowed('self');
  pinMyself(others);
  try {
    return await work();
  } finally {
    pinMyself(before);
  }
}

/** @throws Error when a thread of that process may run elsewhere than on the cores of `list`: its figures would lie. */
export function refuseElsewhere(pid: number | undefined, list: string): void {
  const wanted = numbersOf(list).join(',');
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const found = allowed(`${pid}/task/${thread}`);
    if (found !== '' && numbersOf(found).join(',') !== wanted)
      throw new Error(`process ${pid} was to run on ${list}, and a thread of it may run on ${found}`);
  }
}

/** The thread that starts processes: they inherit what it may run on, and pass it on to their own threads. */
function pinMyself(list: string): void {
  execFileSync('taskset', ['--cpu-list', '--pid', list, String(process.pid)], { stdio: 'ignore' });
}

/** Empty for what has ended. */
function allowed(process: string): string {
  const file = `/proc/${process}/status`;
  return existsSync(file) ? (ALLOWED.exec(readFileSync(file, 'utf8'))?.[1] ?? '') : '';
}

function numbersOf(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}
