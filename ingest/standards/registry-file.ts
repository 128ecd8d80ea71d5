import { Compile } from 'typebox/compile';
import { Document, isMap, isSeq } from 'yaml';
import { ID_PATTERN } from '../../contract/ids.ts';
import { MetricKey, METRIC_NAMES } from '../../contract/metrics.ts';
import {
  BindingSpec,
  LocalDate,
  MonthDay,
  SiteRegistry,
  StandardOverride,
  TimeOfDay,
} from '../../contract/registry.ts';
import { checkRegistry } from './registry-checks.ts';
import type { Catalogue } from './types.ts';
import { readYaml, type YamlProblem } from './yaml-source.ts';
import type { Finding, SchemaNode } from './yaml-shape.ts';

export type RegistryProblem = YamlProblem;
export type ParsedRegistry = { readonly registry: SiteRegistry } | { readonly problems: readonly RegistryProblem[] };

const validRegistry = Compile(SiteRegistry);

const patternOf = ({ pattern }: SchemaNode) => pattern;

/** What a text has to look like, for what a pattern says only to programs. */
const WORDS = new Map<unknown, string>([
  [ID_PATTERN, 'lower-case letters, digits, "-" and "_", beginning with a letter or digit, at most 63 of them'],
  [patternOf(TimeOfDay), 'a time of day from "00:00" to "24:00", in quotes'],
  [patternOf(MonthDay), 'a month and day such as "11-15", in quotes'],
  [patternOf(LocalDate), 'a date such as "2026-11-15", in quotes'],
  [patternOf(StandardOverride.properties.standard), 'the id of a standard or rule, such as base.water'],
  [
    patternOf(MetricKey),
    `a metric, such as ${METRIC_NAMES.slice(0, 3).join(', ')}, with ".channel" where a device has several`,
  ],
]);

/**
 * Reads a site's registry from YAML. Every problem is returned, with its line, its key and what would be right; those of
 * meaning (unknown ids, overlaps, impossible dates) once the form is right.
 */
export function parseRegistry(text: string, catalogue: Catalogue): ParsedRegistry {
  const source = readYaml(text, {
    schema: SiteRegistry,
    aliases: false,
    describe: (schema) => WORDS.get(patternOf(schema)),
  });
  if (source.problems.length > 0) return { problems: source.problems };
  if (!validRegistry.Check(source.value)) return { problems: leftovers(source.value).map(source.problem) };
  const registry = source.value;
  const findings = checkRegistry(registry, catalogue);
  return findings.length > 0 ? { problems: findings.map(source.problem) } : { registry };
}

/** What the contract refuses although our own reading of its schemas let it pass; there should be nothing. */
function leftovers(value: unknown): Finding[] {
  return validRegistry.Errors(value).map(({ instancePath, message }) => ({
    path: instancePath
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    message,
  }));
}

/** A problem as a sentence to print: `line 12, bindings[3].interval: 0 is too small; the least is 1`. */
export function renderProblem({ line, key, message }: RegistryProblem): string {
  return `line ${line}${key === '' ? '' : `, ${key}`}: ${message}`;
}

/** Writes a registry as YAML that reads back to the same, also in readers of YAML 1.1. */
export function formatRegistry(registry: SiteRegistry): string {
  const doc = new Document(inOrder(registry), { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false });
  compactEntries(doc.contents, 0);
  return doc.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Keys as the contract lists them, whatever order they came in; nothing that is absent. */
function inOrder(registry: SiteRegistry): Record<string, unknown> {
  const keys = Object.keys(SiteRegistry.properties) as (keyof SiteRegistry)[];
  const entries = keys.map((key) => [key, registry[key]] as const).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(entries), bindings: registry.bindings.map(orderedBinding) };
}

function orderedBinding(binding: BindingSpec): Partial<BindingSpec> {
  const keys = Object.keys(BindingSpec.properties) as (keyof BindingSpec)[];
  const entries = keys.map((key) => [key, binding[key]] as const).filter(([, value]) => value !== undefined);
  const ordered: Partial<BindingSpec> = Object.fromEntries(entries);
  return ordered;
}

/** Top-level keys stand apart; each entry below them is one line. */
function compactEntries(node: unknown, depth: number): void {
  if (isMap(node)) {
    node.flow = depth > 1;
    for (const { value } of node.items) compactEntries(value, depth + 1);
  } else if (isSeq(node)) {
    node.flow = depth > 1 || node.items.length === 0;
    for (const item of node.items) compactEntries(item, depth + 1);
  }
}
