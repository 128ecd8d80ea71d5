import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Check } from 'typebox/value';
import { Type } from 'typebox';
import { fetchParts } from './parts.ts';

/** `npm test`: find or fetch the real programs, check the code, run the tests, say what could not be run. */
const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, '.cache', 'test-report.json');
const Report = Type.Object({
  numPassedTests: Type.Integer(),
  numFailedTests: Type.Integer(),
  numPendingTests: Type.Integer(),
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function run(name: string, args: readonly string[]): boolean {
  say(`\n> ${name} ${args.join(' ')}`);
  const { status } = spawnSync(name, args, { cwd: ROOT, stdio: 'inherit' });
  return status === 0;
}

function readReport(): { passed: number; failed: number; skipped: number } {
  const report: unknown = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : undefined;
  if (!Check(Report, report)) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
}

const missing = fetchParts(say);
const failures: string[] = [];
if (missing.length > 0 && process.env['CI'] === 'true')
  failures.push(`missing: ${missing.map(({ name }) => name).join(', ')}`);
if (!run('npm', ['run', '--silent', 'check'])) failures.push('npm run check');
if (!run('npm', ['run', '--silent', 'build'])) failures.push('npm run build');
mkdirSync(join(ROOT, '.cache'), { recursive: true });
rmSync(REPORT, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
if (!run('vitest', ['run', ...reporters, ...process.argv.slice(2)])) failures.push('vitest');

const { passed, failed, skipped } = readReport();
say('');
for (const { without, hint } of missing) say(`Not tried here: ${without}. ${hint}`);
for (const failure of failures) say(`Failed: ${failure}`);
const total = failed === 0 && failures.length > 0 ? failures.length : failed;
say(`${passed} passed, ${total} failed, ${skipped} skipped`);
process.exitCode = failures.length > 0 || failed > 0 || passed === 0 ? 1 : 0;
