import { isAlias, isMap, isScalar, isSeq, type Document, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { closest } from './closest.ts';

export type Path = readonly (string | number)[];

export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** The part of JSON Schema that the contract's TypeBox schemas are made of. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

interface Walk {
  readonly doc: Document.Parsed;
  readonly findings: Finding[];
  describe(schema: SchemaNode): string | undefined;
}

/** Everything in which a document departs from its schema: all of it, not the first. */
export function checkShape(
  doc: Document.Parsed,
  { schema, describe }: { readonly schema: SchemaNode; describe(schema: SchemaNode): string | undefined },
): readonly Finding[] {
  const walk: Walk = { doc, findings: [], describe };
  checkNode(walk, doc.contents, schema, []);
  return walk.findings;
}

function checkNode(walk: Walk, found: unknown, schema: SchemaNode, path: Path): void {
  const node = isAlias(found) ? found.resolve(walk.doc) : found;
  const report = (message: string) => void walk.findings.push({ path, message });
  if (schema.type === 'object') {
    if (isMap(node)) checkMap(walk, node, schema, path);
    else
      report(`${what(node)} stands where keys with values belong: ${Object.keys(schema.properties ?? {}).join(', ')}`);
  } else if (schema.type === 'array') {
    if (isSeq(node)) checkList(walk, node, schema, path);
    else report(`${what(node)} stands where a list belongs: lines that begin with "- ", or []`);
  } else if (!isScalar(node)) {
    report(`${what(node)} stands where a single value belongs${hint(walk, schema)}`);
  } else {
    const message = scalarProblem(walk, node, schema);
    if (message !== undefined) report(message);
  }
}

function checkMap(walk: Walk, map: YAMLMap, schema: SchemaNode, path: Path): void {
  const properties = schema.properties ?? {};
  const known = Object.keys(properties);
  const present = new Set<string>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    const property = name !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (name === undefined || property === undefined) {
      const meant = name === undefined ? undefined : closest(name, known);
      // A misspelt key is one problem, not a missing one as well.
      if (meant !== undefined) present.add(meant);
      const right = meant === undefined ? `known are ${known.join(', ')}` : `"${meant}" was probably meant`;
      walk.findings.push({ path: name === undefined ? path : [...path, name], message: `no such key here; ${right}` });
      continue;
    }
    present.add(name);
    checkNode(walk, value, property, [...path, name]);
  }
  for (const name of schema.required ?? []) {
    if (present.has(name)) continue;
    walk.findings.push({ path, message: `"${name}" is missing${hint(walk, properties[name] ?? {})}` });
  }
}

function checkList(walk: Walk, list: YAMLSeq, schema: SchemaNode, path: Path): void {
  const count = list.items.length;
  const report = (at: Path, message: string) => void walk.findings.push({ path: at, message });
  if (count > (schema.maxItems ?? Infinity)) report(path, `${count} entries; at most ${schema.maxItems} are possible`);
  if (count < (schema.minItems ?? 0)) report(path, `${count} entries; at least ${schema.minItems} are needed`);
  const seen = new Set<unknown>();
  list.items.forEach((item, index) => {
    checkNode(walk, item, schema.items ?? {}, [...path, index]);
    if (schema.uniqueItems !== true || !isScalar(item)) return;
    if (seen.has(item.value)) report([...path, index], `"${String(item.value)}" is named twice`);
    seen.add(item.value);
  });
}

/** What is wrong with a single value; undefined when nothing is. */
function scalarProblem(walk: Walk, node: Scalar, schema: SchemaNode): string | undefined {
  if (schema.anyOf !== undefined) {
    const problems = schema.anyOf.map((one) => scalarProblem(walk, node, one));
    return problems.includes(undefined) ? undefined : problems[0];
  }
  const { value } = node;
  if (schema.enum !== undefined || 'const' in schema) return choiceProblem(node, schema.enum ?? [schema.const]);
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? textProblem(walk, value, schema) : misread(walk, node, schema);
    case 'number':
    case 'integer':
      return numberProblem(node, schema);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${what(node)} is neither true nor false`;
    case 'null':
      return value === null ? undefined : `${what(node)} stands where nothing belongs`;
    default:
      return undefined;
  }
}

function choiceProblem(node: Scalar, choices: readonly unknown[]): string | undefined {
  if (choices.includes(node.value)) return undefined;
  const words = choices.map(String);
  const meant = closest(String(node.value), words);
  return `${what(node)} is none of ${words.join(', ')}${meant === undefined ? '' : `; "${meant}" was probably meant`}`;
}

function textProblem(walk: Walk, text: string, schema: SchemaNode): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  const length = [...text].length;
  if (length < minLength) return `is empty${hint(walk, schema)}`;
  if (length > maxLength) return `is ${length} characters long; at most ${maxLength} are possible`;
  if (pattern === undefined || new RegExp(pattern, 'u').test(text)) return undefined;
  return `"${shortened(text)}" does not fit${hint(walk, schema)}`;
}

/** A plain scalar that YAML takes for something else than the text it was meant as. */
function misread(walk: Walk, node: Scalar, schema: SchemaNode): string {
  const source = node.source ?? '';
  if (node.value === null || source === '') return `has no value${hint(walk, schema)}`;
  const kind = typeof node.value === 'number' ? `the number ${node.value}` : JSON.stringify(node.value);
  return `YAML reads ${shortened(source)} as ${kind}, not as text; write it in quotes: "${shortened(source)}"`;
}

function numberProblem(
  node: Scalar,
  { type, minimum = -Infinity, maximum = Infinity }: SchemaNode,
): string | undefined {
  const { value } = node;
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `${what(node)} is no number; write one such as 40 or 40.5, without quotes`;
  if (type === 'integer' && !Number.isInteger(value)) return `${value} is not a whole number`;
  if (value < minimum) return `${value} is too small; the least is ${minimum}`;
  return value > maximum ? `${value} is too large; the most is ${maximum}` : undefined;
}

function hint(walk: Walk, schema: SchemaNode): string {
  const words = walk.describe(schema) ?? (schema.enum === undefined ? undefined : `one of ${schema.enum.join(', ')}`);
  return words === undefined ? '' : `; right would be ${words}`;
}

function what(node: unknown): string {
  if (isMap(node)) return 'a group of keys';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  return typeof node.value === 'string'
    ? `"${shortened(node.value)}"`
    : shortened(node.source ?? JSON.stringify(node.value));
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
