import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { checkShape, type Finding, type Path, type SchemaNode } from './yaml-shape.ts';

/** What is wrong in a YAML file: where, under which key, and what would be right. */
export interface YamlProblem {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** Such as `bindings[3].interval`; empty for the file itself. */
  readonly key: string;
  readonly message: string;
}

export interface YamlSource {
  /** Meaningful only when there are no problems. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The problem of something found at a path, with its place in the file. */
  problem(finding: Finding): YamlProblem;
}

export interface YamlOptions {
  readonly schema: SchemaNode;
  /** Anchors and aliases: ours may use them; in a file from elsewhere they are refused, a few lines could unfold to gigabytes. */
  readonly aliases: boolean;
  /** Says in words what a schema wants, for what its pattern cannot say. */
  describe(schema: SchemaNode): string | undefined;
}

/** A registry of 10,000 points and 50,000 bindings stays below it. */
const MAX_LENGTH = 20_000_000;

/** Reads YAML 1.2 and checks it against a schema. Never throws for what the text holds. */
export function readYaml(text: string, options: YamlOptions): YamlSource {
  if (text.length > MAX_LENGTH) return unreadable(`the file is longer than ${MAX_LENGTH} characters`);
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = ({ path, message }: Finding): YamlProblem => ({
    ...place(offsetOf(doc, path)),
    key: keyText(path),
    message,
  });

  const syntax: YamlProblem[] = [...doc.errors, ...doc.warnings].map((error) => ({
    ...place(error.pos[0]),
    key: '',
    message: syntaxMessage(error.code, error.message),
  }));
  if (doc.directives.yaml.explicit === true && doc.directives.yaml.version !== '1.2') {
    syntax.push({
      line: 1,
      column: 1,
      key: '',
      message: 'the file asks for another YAML than 1.2; drop the %YAML line',
    });
  }
  if (!options.aliases) {
    visit(doc, {
      Alias: (_key, node) =>
        void syntax.push({
          ...place(node.range?.[0] ?? 0),
          key: '',
          message: `*${node.source} is an alias; write the value out`,
        }),
    });
  }
  if (syntax.length > 0) return { value: undefined, problems: syntax, problem };

  const findings = checkShape(doc, options);
  return { value: findings.length === 0 ? doc.toJS() : undefined, problems: findings.map(problem), problem };
}

function unreadable(message: string): YamlSource {
  const problem = ({ path, message: found }: Finding): YamlProblem => ({
    line: 1,
    column: 1,
    key: keyText(path),
    message: found,
  });
  return { value: undefined, problems: [problem({ path: [], message })], problem };
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same key stands twice in one place; keep one of them';
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one document; keep one, without a second ---';
  return message;
}

function keyText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** Where the deepest part of a path that exists begins: its key, or the item of a list. */
function offsetOf(doc: Document.Parsed, path: Path): number {
  let node: unknown = doc.contents;
  let offset = rangeStart(node) ?? 0;
  for (const part of path) {
    node = isAlias(node) ? node.resolve(doc) : node;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) return offset;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = rangeStart(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
