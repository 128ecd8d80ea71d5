import { parseArgs } from 'node:util';
import { AdminUsageError } from './ports.ts';

export interface ArgumentSpec {
  /** Names of the words that a command takes, in order. */
  readonly words: readonly string[];
  /** How many of them are needed; all unless given. */
  readonly needed?: number;
  /** Options with a value. */
  readonly values?: readonly string[];
  /** Options without one. */
  readonly flags?: readonly string[];
}

export interface Arguments {
  readonly words: readonly string[];
  value(name: string): string | undefined;
  flag(name: string): boolean;
}

/** @throws AdminUsageError saying which word is missing or not understood. */
export function readArguments(
  argv: readonly string[],
  { words, needed = words.length, values = [], flags = [] }: ArgumentSpec,
): Arguments {
  const options: Record<string, { readonly type: 'string' | 'boolean' }> = {};
  for (const name of values) options[name] = { type: 'string' };
  for (const name of flags) options[name] = { type: 'boolean' };
  const parsed = parseOrRefuse(argv, options);
  const missing = words.slice(0, needed)[parsed.positionals.length];
  if (missing !== undefined) throw new AdminUsageError(`${missing} is missing`);
  const extra = parsed.positionals[words.length];
  if (extra !== undefined) throw new AdminUsageError(`${JSON.stringify(extra)} was not expected`);
  const given = new Map<string, unknown>(Object.entries(parsed.values));
  return {
    words: parsed.positionals,
    value(name) {
      const value = given.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => given.get(name) === true,
  };
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

function parseOrRefuse(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new AdminUsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_DAYS = 365;

/** `90s`, `30m`, `24h`, `7d` or `0`, in ms; a year at most. */
export function parseDuration(name: string, text: string): number {
  const [, digits = '', unit = ''] = /^(0|[1-9][0-9]{0,7})([smhd])?$/.exec(text) ?? [];
  const factor = unit === '' && digits === '0' ? 0 : UNITS[unit];
  if (digits === '' || factor === undefined || Number(digits) * factor > MOST_DAYS * 86_400_000) {
    throw new AdminUsageError(`--${name} has to be a time such as 30m, 24h or 7d, at most ${MOST_DAYS}d; 0 for none`);
  }
  return Number(digits) * factor;
}
