import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compiler, type Compile } from './compile.ts';
import { copyTree, type Copy } from './copy.ts';
import { MUTANTS } from './faults/index.ts';
import { EditMismatch, type Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import type { Verdict } from './verdict.ts';

/** `npm run test:mutants`: builds each fault into a copy of the working tree and sees whether its tests turn red. */
const ROOT = join(import.meta.dirname, '..', '..');
/** ms that one test file may take. */
const LIMIT = 5 * 60_000;
const USAGE = `npm run test:mutants -- [NAME…] [--list] [--build] [--jobs N]

  NAME      only these faults, or those whose name begins so
  --list    name the faults, what each breaks and which tests have to notice
  --build   only build and compile each, as after a change of the code: under a minute
  --jobs N  so many at a time, each in a copy of its own; 1 unless given`;

type Outcome =
  | { readonly kind: 'killed' | 'survived'; readonly told: string }
  /** The fault could not be built in, or its tests do not even pass without it. */
  | { readonly kind: 'untried'; readonly told: string }
  /** Its tests need a program that this machine does not have. */
  | { readonly kind: 'skipped'; readonly told: string };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readArgs() {
  try {
    const options = {
      list: { type: 'boolean' },
      build: { type: 'boolean' },
      help: { type: 'boolean' },
      jobs: { type: 'string', default: '1' },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const jobs = Number(values.jobs);
    if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) throw new TypeError('--jobs takes a number from 1 to 16');
    return { ...values, names: positionals, jobs };
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function chosen(names: readonly string[]): readonly Mutant[] {
  const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name.startsWith(name)));
  if (unknown.length > 0) {
    say(`There is no fault named ${unknown.join(', ')}; --list names them.`);
    process.exit(2);
  }
  return names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.some((one) => name.startsWith(one)));
}

/** By test file: what it says of the code as it is. */
const baseline = new Map<string, Promise<Verdict | undefined>>();

/** A test that is not green without any fault says nothing of one. */
async function baselineFault({ tests }: Mutant, { dir }: Copy): Promise<Outcome | undefined> {
  for (const file of tests) {
    const known =
      baseline.get(file) ??
      runTests({ dir, files: [file], bail: false, limit: LIMIT }).then((found) => found.get(file));
    baseline.set(file, known);
    const verdict = await known;
    if (verdict?.colour === 'skipped') return { kind: 'skipped', told: `${file} is skipped on this machine` };
    if (verdict?.colour === 'red' || verdict?.colour === 'broken') {
      return { kind: 'untried', told: `${file} is not green without the fault: ${verdict.message}` };
    }
  }
  return undefined;
}

/** The fault as texts of files, or why it is none. */
function built({ edits }: Mutant, copy: Copy, compile: Compile): ReadonlyMap<string, string> | string {
  try {
    const files = copy.edited(edits);
    return compile(files) ?? files;
  } catch (error) {
    if (error instanceof EditMismatch) return error.message;
    throw error;
  }
}

function buildAll(mutants: readonly Mutant[], copy: Copy, compile: Compile): void {
  const failed = mutants.flatMap((mutant) => {
    const files = built(mutant, copy, compile);
    return typeof files === 'string' ? [`untried     ${mutant.name}: ${files}`] : [];
  });
  for (const line of failed) say(line);
  say(`${mutants.length - failed.length} can be built in, ${failed.length} cannot`);
  process.exit(failed.length > 0 ? 1 : 0);
}

async function attempt(mutant: Mutant, copy: Copy, compile: Compile): Promise<Outcome> {
  const files = built(mutant, copy, compile);
  if (typeof files === 'string') return { kind: 'untried', told: files };
  const restore = copy.replace(files);
  try {
    const noticed: string[] = [];
    for (const file of mutant.tests) {
      const verdict = (await runTests({ dir: copy.dir, files: [file], bail: true, limit: LIMIT })).get(file);
      if (verdict?.colour === 'broken') return { kind: 'untried', told: `${file} tested nothing: ${verdict.message}` };
      if (verdict?.colour !== 'red') return { kind: 'survived', told: `${file} stayed green` };
      noticed.push(`${file}: ${verdict.test}`);
    }
    return { kind: 'killed', told: noticed.join('\n            ') };
  } finally {
    restore();
  }
}

const { list, build, help, names, jobs } = readArgs();
if (help === true) {
  say(USAGE);
  process.exit(0);
}
const mutants = chosen(names);
if (list === true) {
  for (const { name, breaks, tests } of mutants) say(`${name}\n  ${breaks}\n  ${tests.join(', ')}`);
  process.exit(0);
}

const copies: Copy[] = [];
process.on('exit', () => copies.forEach((copy) => copy.remove()));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
for (let job = 0; job < (build === true ? 1 : Math.min(jobs, mutants.length)); job += 1) copies.push(copyTree(ROOT));
// Reads a copy, which stands still whoever works on the tree meanwhile.
const compile = compiler(copies[0]?.dir ?? ROOT);

if (build === true && copies[0] !== undefined) buildAll(mutants, copies[0], compile);
const outcomes: Outcome[] = [];
const queue = mutants.values();
await Promise.all(
  copies.map(async (copy) => {
    for (const mutant of queue) {
      const outcome = (await baselineFault(mutant, copy)) ?? (await attempt(mutant, copy, compile));
      outcomes.push(outcome);
      say(`${outcome.kind.padEnd(10)}  ${mutant.name}${outcome.kind === 'killed' ? '' : `: ${mutant.breaks}`}`);
      say(`            ${outcome.told}`);
    }
  }),
);

const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
say('');
if (count('skipped') > 0) say(`${count('skipped')} not tried on this machine`);
if (count('untried') > 0) say(`${count('untried')} could not be tried`);
say(`${count('killed')} killed, ${count('survived')} survived`);
process.exitCode = count('survived') + count('untried') > 0 ? 1 : 0;
