import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { applyEdit, type Edit } from './mutant.ts';

export interface Copy {
  readonly dir: string;
  /**
   * Makes the edits; returns what takes them back.
   * @throws EditMismatch, or SyntaxError when the result cannot be read: nothing is changed then
   */
  mutate(edits: readonly Edit[]): () => void;
  remove(): void;
}

/** The working tree as it stands, committed or not, in a folder of its own, beside the same installed packages. */
export function copyTree(root: string): Copy {
  const dir = mkdtempSync(join(tmpdir(), 'fw-mutants-'));
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0');
  for (const file of new Set(files)) {
    const source = join(root, file);
    if (file !== '' && existsSync(source)) cpSync(source, join(dir, file), { recursive: true });
  }
  linkPackages(join(root, 'node_modules'), join(dir, 'node_modules'));
  linkParts(join(root, '.cache', 'parts'), join(dir, '.cache', 'parts'));

  return {
    dir,
    mutate(edits) {
      const before = new Map<string, string>();
      const after = new Map<string, string>();
      for (const edit of edits) {
        const text = after.get(edit.file) ?? readFileSync(join(dir, edit.file), 'utf8');
        if (!before.has(edit.file)) before.set(edit.file, text);
        after.set(edit.file, applyEdit(text, edit));
      }
      for (const [file, text] of after) if (file.endsWith('.ts')) parse(file, text);
      write(dir, after);
      return () => write(dir, before);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A fault that cannot be read would turn every test red, and prove nothing. */
function parse(file: string, text: string): void {
  const [fault] = ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? [];
  if (fault === undefined) return;
  throw new SyntaxError(`${file} cannot be read with it: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`);
}

/** Each by a link: what a test runner caches beside them stays in the copy. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) if (!name.startsWith('.vite')) symlinkSync(join(from, name), join(to, name));
}

function linkParts(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}

function write(dir: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) writeFileSync(join(dir, file), text);
}
