import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { verdictsOf, type Verdict } from './verdict.ts';

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');

interface TestRun {
  /** Folder of the project. */
  readonly dir: string;
  readonly files: readonly string[];
  /** Stop at the first test that fails. */
  readonly bail: boolean;
  /** ms, for the whole run. */
  readonly limit: number;
}

/** Runs test files one after another; the verdict on each of them. */
export async function runTests({ dir, files, bail, limit }: TestRun): Promise<Map<string, Verdict>> {
  const report = join(dir, 'test-report.json');
  rmSync(report, { force: true });
  // They run alone here, and many a fault shows in what never comes.
  const bounds = ['--testTimeout=90000', '--hookTimeout=90000', '--expect.poll.timeout=20000'];
  const reporting = ['--reporter=json', `--outputFile=${report}`];
  const options = ['--no-file-parallelism', ...reporting, ...bounds, ...(bail ? ['--bail=1'] : [])];
  const env = { ...process.env, CI: 'true', NO_COLOR: '1' };
  const child = spawn(process.execPath, [VITEST, 'run', ...options, ...files], { cwd: dir, env, stdio: 'ignore' });
  const stop = () => child.kill('SIGTERM');
  const tooLong = setTimeout(stop, limit);
  process.once('exit', stop);
  await once(child, 'close');
  process.off('exit', stop);
  clearTimeout(tooLong);
  const found = existsSync(report)
    ? verdictsOf(JSON.parse(readFileSync(report, 'utf8')), dir)
    : new Map<string, Verdict>();
  const nothing: Verdict = { colour: 'broken', message: `no report within ${limit / 1_000} s` };
  return new Map(files.map((file) => [file, found.get(file) ?? nothing]));
}
