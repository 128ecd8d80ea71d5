import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Check } from 'typebox/value';
import { type Static, Type } from 'typebox';
import { fetchParts } from './parts.ts';

/** `npm test`: find or fetch the real programs, check the code, run the tests, say what could not be run. */
const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, '.cache', 'test-report.json');
const Report = Type.Object({
  numPassedTests: Type.Integer(),
  numFailedTests: Type.Integer(),
  numPendingTests: Type.Integer(),
  testResults: Type.Array(Type.Object({ name: Type.String(), status: Type.String() })),
});
/** More failures than these are no accident. */
const FILES_AGAIN = 2;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function run(name: string, args: readonly string[]): boolean {
  say(`\n> ${name} ${args.join(' ')}`);
  const { status } = spawnSync(name, args, { cwd: ROOT, stdio: 'inherit' });
  return status === 0;
}

interface Tests {
  readonly passes: boolean;
  /** Undefined where vitest ended without one. */
  readonly report: Static<typeof Report> | undefined;
}

function runTests(args: readonly string[]): Tests {
  rmSync(REPORT, { force: true });
  const passes = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${REPORT}`,
    ...args,
  ]);
  const report: unknown = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : undefined;
  return { passes, report: Check(Report, report) ? report : undefined };
}

/** The files that failed, where they are few: with nothing beside them it shows whether they fail or are unsteady. */
function worthAgain({ passes, report }: Tests): string[] {
  const failed = report?.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name) ?? [];
  return !passes && failed.length <= FILES_AGAIN ? failed : [];
}

const missing = fetchParts(say);
const failures: string[] = [];
if (missing.length > 0 && process.env['CI'] === 'true')
  failures.push(`missing: ${missing.map(({ name }) => name).join(', ')}`);
if (!run('npm', ['run', '--silent', 'check'])) failures.push('npm run check');
if (!run('npm', ['run', '--silent', 'build'])) failures.push('npm run build');
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const first = runTests(process.argv.slice(2));
const again = worthAgain(first);
const second = again.length > 0 ? runTests(again) : undefined;
const unsteady = second?.passes === true ? again : [];
if (!first.passes && unsteady.length === 0) failures.push('vitest');

say('');
for (const { without, hint } of missing) say(`Not tried here: ${without}. ${hint}`);
for (const file of unsteady)
  say(`Unsteady, to be mended: ${relative(ROOT, file)} failed, and passed when it ran again alone.`);
for (const failure of failures) say(`Failed: ${failure}`);
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = first.report ?? {};
const passed = unsteady.length > 0 ? numPassedTests + numFailedTests : numPassedTests;
const failed = (unsteady.length > 0 ? 0 : numFailedTests) || failures.length;
say(`${passed} passed, ${failed} failed, ${numPendingTests} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
