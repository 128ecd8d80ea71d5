import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clock } from '../contract/clock.ts';
import { parseCredentials, type Credentials } from './credentials.ts';
import { startFleet } from './fleet.ts';
import { readOptions, USAGE, UsageError } from './options.ts';
import { DEMO_STORY } from './story.ts';

/** The first line of standard input; `ended` resolves when the process that started this one is gone. */
function readStandardInput(): { first: Promise<Credentials>; ended: Promise<void> } {
  const lines = createInterface({ input: process.stdin });
  const ended = new Promise<void>((resolve) => lines.once('close', resolve));
  const first = new Promise<Credentials>((resolve, reject) => {
    lines.once('line', (line) => {
      try {
        resolve(parseCredentials(line));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    lines.once('close', () => reject(new UsageError('Standard input ended before the credentials came')));
  });
  return { first, ended };
}

const clock: Clock = {
  now: () => ({ wall: Date.now(), mono: performance.now() }),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return { cancel: () => clearInterval(timer) };
  },
};

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Devices in the same trouble say the same, again and again: once is enough. */
function printOnce(): (trouble: Error) => void {
  const printed = new Set<string>();
  return ({ message }) => {
    if (printed.has(message) || printed.size > 200) return;
    printed.add(message);
    process.stderr.write(`${message}\n`);
  };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const stopping = [signalled()];
  let credentials: Credentials;
  if (options.file === undefined) {
    const { first, ended } = readStandardInput();
    credentials = await first;
    stopping.push(ended);
  } else {
    credentials = parseCredentials(readFileSync(options.file, 'utf8'));
  }

  const fleet = await startFleet({
    clock,
    broker: { host: options.host, port: options.port },
    credentials,
    seed: options.seed,
    speed: options.speed,
    story: DEMO_STORY,
    onTrouble: printOnce(),
  });
  void fleet.allOnline.then(() => process.stdout.write(`${fleet.devices} simulated devices are connected\n`));
  try {
    await Promise.race([...stopping, fleet.betrayed]);
  } finally {
    await fleet.close();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${message}\n\n${USAGE}` : `${message}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
