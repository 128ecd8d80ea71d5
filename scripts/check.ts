import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** `npm run check`: the checks side by side, as many at a time as there are processors; what fails is told at the end. */
const CHECKS = ['lint', 'types', 'format', 'arrows', 'unused'] as const;

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly told: string;
}

function run(name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const child = spawn('npm', ['run', '--silent', `check:${name}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    child.on('error', (error) => resolve({ name, passed: false, told: error.message }));
    child.on('close', (code) => resolve({ name, passed: code === 0, told: Buffer.concat(parts).toString() }));
  });
}

const waiting: string[] = [...CHECKS];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const { passed, told } = await run(name);
    process.stdout.write(`${passed ? 'passed' : 'FAILED'} check:${name}\n${told}`);
    if (!passed) failed.push(name);
  }
}

await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
process.exitCode = failed.length === 0 ? 0 : 1;
