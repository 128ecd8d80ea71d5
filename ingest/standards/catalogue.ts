import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { AlarmResponse, Priority } from '../../contract/alarm.ts';
import { Id, LocalText } from '../../contract/ids.ts';
import { Metric } from '../../contract/metrics.ts';
import { Role } from '../../contract/registry.ts';
import type { BuiltInRule, BuiltInRuleId, Catalogue, Standard } from './types.ts';
import { readYaml, type YamlProblem } from './yaml-source.ts';
import type { Finding, SchemaNode } from './yaml-shape.ts';

const strict = { additionalProperties: false };
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 });

const SourceEntry = Type.Object(
  {
    title: Type.String({ minLength: 1 }),
    clause: Type.String({ minLength: 1 }),
    edition: Type.String({ minLength: 1 }),
    confidence: Type.Enum(['H', 'M', 'L']),
    own: Type.Boolean(),
  },
  strict,
);

const SideEntry = Type.Object(
  { limit: Type.Number(), reached: Type.Optional(Type.Boolean()), title: LocalText, response: AlarmResponse },
  strict,
);

const StandardEntry = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$' }),
    title: LocalText,
    source: SourceEntry,
    roles: Type.Array(Role, { minItems: 1 }),
    metric: Metric,
    applies: Type.Enum(['always', 'open', 'heating', 'heating_open']),
    low: Type.Optional(SideEntry),
    high: Type.Optional(SideEntry),
    deadband: Type.Number({ minimum: 0 }),
    onDelay: Seconds,
    offDelay: Seconds,
    priority: Priority,
    critical: Type.Boolean(),
    compliance: Type.Boolean(),
  },
  strict,
);

const PackFile = Type.Object({ pack: Id, standards: Type.Array(StandardEntry, { minItems: 1 }) }, strict);

const RULE_IDS = [
  'point.no_data',
  'point.sensor_fault',
  'point.flatline',
  'device.offline',
  'device.clock',
  'device.tamper',
  'device.identity_conflict',
  'door.forced',
  'door.held_open',
  'door.jam',
  'terminal.frozen',
  'system.not_stored',
  'system.log_filling',
  'system.disk_low',
  'system.store_refused',
  'system.store_unreachable',
  'system.readings_rejected',
  'system.records_rejected',
  'system.certificate_expiring',
  'system.clock',
  'channel.failing',
] as const satisfies readonly BuiltInRuleId[];

const RuleFile = Type.Object(
  {
    rules: Type.Array(
      Type.Object(
        {
          id: Type.Enum([...RULE_IDS]),
          title: LocalText,
          priority: Priority,
          onDelay: Seconds,
          offDelay: Seconds,
          response: AlarmResponse,
          source: SourceEntry,
        },
        strict,
      ),
    ),
  },
  strict,
);

/** Longest on-delay of a critical limit, ms: 55 °C burns in 17 s, 51 °C in two minutes. */
export const CRITICAL_ON_DELAY = 30_000;

/** A file of the standards cannot be used; the message lists every problem as `file:line:column key: what is wrong`. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

export interface CatalogueFile {
  readonly name: string;
  readonly text: string;
}

/** Reads the standards that come with the product. Throws CatalogueError. */
export function loadCatalogue(folder = join(import.meta.dirname, 'catalogue')): Catalogue {
  const packs = readdirSync(join(folder, 'packs')).filter((name) => name.endsWith('.yaml'));
  const files = ['base.yaml', ...packs.sort().map((name) => join('packs', name))];
  const read = (name: string): CatalogueFile => ({ name, text: readFileSync(join(folder, name), 'utf8') });
  return parseCatalogue({ packs: files.map(read), rules: read('rules.yaml') });
}

/** The same from texts. */
export function parseCatalogue({ packs, rules }: { packs: readonly CatalogueFile[]; rules: CatalogueFile }): Catalogue {
  const standards = packs.flatMap((file) => parsePack(file));
  const ids = standards.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new CatalogueError(`two standards are called ${twice}; give one of them another id`);
  return { standards, rules: parseRules(rules) };
}

function parsePack(file: CatalogueFile): Standard[] {
  const { standards, pack } = parseFile(file, PackFile, ({ pack: name, standards: entries }) =>
    entries.flatMap((entry, index) => [
      ...(name === basename(file.name, '.yaml') ? [] : [{ path: ['pack'], message: 'is not called like its file' }]),
      ...entryFindings(name, entry).map(({ path, message }) => ({ path: ['standards', index, ...path], message })),
    ]),
  );
  return standards.map((entry) => ({
    ...entry,
    pack,
    low: entry.low ?? null,
    high: entry.high ?? null,
    onDelay: entry.onDelay * 1_000,
    offDelay: entry.offDelay * 1_000,
  }));
}

function entryFindings(pack: string, entry: Static<typeof StandardEntry>): Finding[] {
  const { id, low, high, critical, onDelay } = entry;
  const findings: Finding[] = [];
  if (!id.startsWith(`${pack}.`)) findings.push({ path: ['id'], message: `has to begin with "${pack}."` });
  if (low === undefined && high === undefined) findings.push({ path: [], message: 'has neither "low" nor "high"' });
  if (low !== undefined && high !== undefined && low.limit >= high.limit) {
    findings.push({ path: ['low', 'limit'], message: `${low.limit} is not below the high limit ${high.limit}` });
  }
  if (critical && onDelay * 1_000 > CRITICAL_ON_DELAY) {
    findings.push({ path: ['onDelay'], message: `a critical limit acts within ${CRITICAL_ON_DELAY / 1_000} s` });
  }
  return findings;
}

function parseRules(file: CatalogueFile): ReadonlyMap<BuiltInRuleId, BuiltInRule> {
  const { rules } = parseFile(file, RuleFile, (found) => {
    const ids = found.rules.map(({ id }) => id);
    const missing = RULE_IDS.filter((id) => !ids.includes(id));
    const twice = ids.flatMap((id, index) => (ids.indexOf(id) === index ? [] : [index]));
    return [
      ...missing.map((id) => ({ path: ['rules'], message: `${id} is missing` })),
      ...twice.map((index) => ({ path: ['rules', index, 'id'], message: 'stands twice' })),
    ];
  });
  return new Map(
    rules.map((rule) => [rule.id, { ...rule, onDelay: rule.onDelay * 1_000, offDelay: rule.offDelay * 1_000 }]),
  );
}

function parseFile<T extends TSchema & SchemaNode>(
  file: CatalogueFile,
  schema: T,
  check: (value: Static<T>) => readonly Finding[],
): Static<T> {
  const source = readYaml(file.text, { schema, aliases: true, describe: () => undefined });
  if (source.problems.length > 0) throw asError(file, source.problems);
  const value = Compile(schema).Parse(source.value);
  const findings = check(value);
  if (findings.length > 0) throw asError(file, findings.map(source.problem));
  return value;
}

function asError(file: CatalogueFile, problems: readonly YamlProblem[]): CatalogueError {
  return new CatalogueError(
    problems.map(({ line, column, key, message }) => `${file.name}:${line}:${column} ${key}: ${message}`).join('\n'),
  );
}
