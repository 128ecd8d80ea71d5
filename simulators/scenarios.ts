import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Targets } from './faults.ts';
import { parseScenario, ScenarioError, type Scenario } from './scenario.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');

/** Names of the scenarios that come along. */
export function scenarioNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * A scenario by its name, or of a file of one's own.
 * @throws ScenarioError naming the option, or file, line and key
 */
export function loadScenario(nameOrFile: string, targets: Targets): Scenario {
  const own = scenarioNames().includes(nameOrFile);
  const file = own ? join(FOLDER, `${nameOrFile}.yaml`) : nameOrFile;
  if (!own && !existsSync(file)) {
    const names = scenarioNames().join(', ');
    throw new ScenarioError(`--scenario ${JSON.stringify(nameOrFile)} is neither a file nor one of ${names}`);
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(`--scenario ${JSON.stringify(nameOrFile)} cannot be read`, { cause: error });
  }
  return parseScenario(text, { file: own ? nameOrFile : file, targets });
}
