import { parseArgs } from 'node:util';
import { StartError } from '../start-error.ts';

export interface CommandLine {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  /** What the configuration reads: `--config FILE`, or nothing. */
  readonly config: readonly string[];
}

/** Options of one command. `'help'`: they were asked for. @throws StartError with the usage. */
export function readArguments(
  argv: readonly string[],
  { usage, texts, flags = [] }: { usage: string; texts: readonly string[]; flags?: readonly string[] },
): CommandLine | 'help' {
  if (argv.includes('--help') || argv.includes('-h')) return 'help';
  try {
    const options: Record<string, { type: 'string' | 'boolean' }> = {};
    for (const name of [...texts, 'config']) options[name] = { type: 'string' };
    for (const name of flags) options[name] = { type: 'boolean' };
    const given = Object.entries(parseArgs({ args: [...argv], options }).values);
    const values = Object.fromEntries(
      given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const config = values['config'];
    return {
      values,
      flags: new Set(given.flatMap(([name, value]) => (value === true ? [name] : []))),
      config: config === undefined ? [] : ['--config', config],
    };
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** What a command of an operator is run with. */
export interface Tools {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of this program. */
  readonly version: string;
  /** ms epoch. */
  readonly now: () => number;
  readonly out: (line: string) => void;
}
