import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  /** All lines so far, of standard output and standard error. */
  readonly lines: readonly string[];
  /** The first line, printed already or to come, that matches. Rejects when the program ends without it. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** To it and all that it started, as Ctrl+C on a terminal or a service manager sends it. */
  signal(name: NodeJS.Signals): void;
  /** When it is gone and its output is closed, which every process that inherited it holds open. */
  readonly ended: Promise<Ended>;
  /**
   * Whether nothing of its group runs any more. A process closes its output a moment before it is over, and its
   * descendants may do so later still: this waits for them, and says no after five seconds.
   */
  leavesNothing(): Promise<boolean>;
}

interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command in a process group of its own, killed with all it started when the test is over. */
export function startProgram(command: readonly [string, ...string[]], { cwd, env = {} }: ProgramOptions): Program {
  const [name, ...args] = command;
  // As on an operator's terminal: the tests' own NODE_ENV changes what is built.
  const { NODE_ENV: _, ...inherited } = process.env;
  const child = spawn(name, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} cannot be started`);
  const lines: string[] = [];
  const waiting = new Set<{ look: (line: string) => void; giveUp: () => void }>();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const one of waiting) one.look(line);
    });
  }
  const ended = once(child, 'close').then((): Ended => {
    for (const one of waiting) one.giveUp();
    return { code: child.exitCode, signal: child.signalCode };
  });
  onTestFinished(async () => {
    reaches(pid, 'SIGKILL');
    await ended;
  });

  return {
    lines,
    ended,
    leavesNothing: () => isOver(pid),
    signal: (signal) => void reaches(pid, signal),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const one = {
          look(line: string) {
            const match = pattern.exec(line);
            if (match === null) return;
            waiting.delete(one);
            resolve(match);
          },
          giveUp: () =>
            reject(new Error(`${command.join(' ')} ended without a line ${String(pattern)}:\n${lines.join('\n')}`)),
        };
        waiting.add(one);
        lines.forEach(one.look);
        if (child.exitCode !== null || child.signalCode !== null) one.giveUp();
      }),
  };
}

async function isOver(group: number): Promise<boolean> {
  for (const until = performance.now() + 5_000; groupRuns(group); await setTimeout(10)) {
    if (performance.now() > until) return false;
  }
  return true;
}

/** One that is over and waits for somebody to ask for its exit code still answers to signals: only the state tells. */
function groupRuns(group: number): boolean {
  if (!existsSync('/proc/self/stat')) return reaches(group, 0);
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    const [state, , ownGroup] = statOf(entry);
    return Number(ownGroup) === group && state !== 'Z' && state !== 'X';
  });
}

/** State, parent, process group: what follows the name in brackets, which may hold anything. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function reaches(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
