import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clock } from '../contract/clock.ts';
import { backfill } from './backfill.ts';
import type { Broker } from './broker-check.ts';
import { parseCredentials, type Credentials } from './credentials.ts';
import { DEMO_STEP, demoLive } from './demo.ts';
import { devicesOf } from './devices.ts';
import { targetsOf } from './faults.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { runLive } from './live.ts';
import { beginningOf, readOptions, USAGE, UsageError, type SimulatorOptions } from './options.ts';
import { planSite, type SitePlan } from './plan.ts';
import { registryOf, registryText } from './registry.ts';
import { ScenarioError, type Scenario } from './scenario.ts';
import { loadScenario } from './scenarios.ts';
import { createSimulation, type Simulation } from './simulation.ts';

/** Seconds between the steps of the models: fine while somebody watches, coarse in a long past. */
const STEP = { live: 1, history: 10 } as const;

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

/** As the system says it: "ENOENT: no such file or directory, open '…'". */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`--${option} ${JSON.stringify(path)} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function exportRegistry(plan: SitePlan, path: string): void {
  const text = registryText(registryOf(plan), 'A simulated site, written by npm run simulate.');
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Error(`--export-registry ${JSON.stringify(path)} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  process.stdout.write(`${path}: ${plan.site}. Import it with: npm run admin -- registry import ${path}\n`);
}

function brokerOf({ broker, caFile }: SimulatorOptions): Broker {
  const { host, port, secure } = broker;
  return { host, port, ...(secure ? { tls: caFile === undefined ? {} : { ca: readFile('ca', caFile) } } : {}) };
}

interface Going {
  readonly simulation: Simulation;
  /** ms epoch at which it stands. */
  readonly start: number;
  readonly step: number;
}

/** What devices do from now on. With a backfill they have lived for a while by then. */
function begin(
  options: SimulatorOptions,
  { demo }: Credentials,
  { plan, scenario }: { plan: SitePlan; scenario: Scenario },
): Going {
  if (demo !== undefined) {
    const simulation = demoLive({ seed: options.seed, ...demo });
    return { simulation, start: demo.from.at, step: DEMO_STEP.live };
  }
  const step = hasHistory(options) ? STEP.history : STEP.live;
  const start = beginningOf(options, clock.now().wall);
  return {
    simulation: createSimulation({ plan, scenario, seed: options.seed, start, step, ...pace(options, plan) }),
    start,
    step,
  };
}

/** The devices live before now. */
const hasHistory = ({ backfill, start }: SimulatorOptions): boolean => backfill > 0 || start !== undefined;

function pace({ rate }: SimulatorOptions, plan: SitePlan) {
  if (rate === undefined) return {};
  const natural = devicesOf(plan).reduce((sum, { interval }) => sum + 1 / interval, 0);
  return { interval: ({ interval }: { readonly interval: number }) => (interval * natural) / rate };
}

/** Returns the moment (ms epoch) up to which everything is written. */
async function writeHistory(simulation: Simulation, from: number, { perform }: Fleet): Promise<number> {
  const began = performance.now();
  const day = (wall: number) => new Date(wall).toISOString().slice(0, 16);
  let told = began;
  const { messages, entries } = await backfill({
    simulation,
    from,
    to: () => clock.now().wall,
    perform,
    onProgress({ until }) {
      if (performance.now() - told < 5_000) return;
      told = performance.now();
      process.stdout.write(`History is written up to ${day(until)}\n`);
    },
  });
  const took = (performance.now() - began) / 1_000;
  const rate = Math.round(entries / took);
  process.stdout.write(
    `History is written: ${entries} values and events in ${messages} messages, ${took.toFixed(1)} s (${rate} a second)\n`,
  );
  return simulation.state().at;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const plan = planSite(options);
  if (options.registryFile !== undefined) return exportRegistry(plan, options.registryFile);
  const scenario = loadScenario(options.scenario, targetsOf(plan));
  // Refused before anybody is asked for credentials.
  beginningOf(options, clock.now().wall);
  const broker = brokerOf(options);

  const stopping = [signalled()];
  let credentials: Credentials;
  if (options.credentialsFile === undefined) {
    // Nobody could type them, and a terminal takes no line as long as theirs: it would only seem to hang.
    if (process.stdin.isTTY)
      throw new UsageError(
        `The devices' credentials are missing: name their file with --credentials, or give them on standard input:\n` +
          `  npm run --silent admin -- device credential all ${options.site} > ${options.site}.json`,
      );
    const { first, ended } = readStandardInput();
    credentials = await first;
    stopping.push(ended);
  } else {
    credentials = parseCredentials(readFile('credentials', options.credentialsFile));
  }
  if (credentials.site !== options.site)
    throw new Error(`The credentials are for the site ${credentials.site}: give --site ${credentials.site}`);

  const { simulation, start, step } = begin(options, credentials, { plan, scenario });
  const { devices } = simulation;
  const fleet = await startFleet({ clock, broker, credentials, devices, onTrouble: printOnce() });
  void fleet.allOnline.then(() => process.stdout.write(`${devices.length} simulated devices are connected\n`));
  let live: { stop(): void } | undefined;
  const running = async () => {
    const from = hasHistory(options) ? await writeHistory(simulation, start, fleet) : start;
    live = runLive({ clock, simulation, start: from, step, perform: (action) => void fleet.perform(action) });
    return new Promise<never>(() => undefined);
  };
  try {
    await Promise.race([...stopping, fleet.betrayed, running()]);
  } finally {
    live?.stop();
    await fleet.close();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${message}\n\n${USAGE}` : `${message}\n`);
  process.exit(error instanceof UsageError || error instanceof ScenarioError ? 2 : 1);
}
