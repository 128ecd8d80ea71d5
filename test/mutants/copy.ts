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
import { join } from 'node:path';
import { applyEdit, type Edit } from './mutant.ts';

export interface Copy {
  readonly dir: string;
  /**
   * The texts of the files that the edits change.
   * @throws EditMismatch
   */
  edited(edits: readonly Edit[]): ReadonlyMap<string, string>;
  /** Puts texts in the place of files; returns what takes that back. */
  replace(files: ReadonlyMap<string, string>): () => void;
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

  return {
    dir,
    edited(edits) {
      const texts = new Map<string, string>();
      for (const edit of edits) texts.set(edit.file, applyEdit(texts.get(edit.file) ?? read(dir, edit.file), edit));
      return texts;
    },
    replace(files) {
      const before = new Map([...files.keys()].map((file) => [file, read(dir, file)]));
      write(dir, files);
      return () => write(dir, before);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Each by a link: what a test runner caches beside them stays in the copy. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) if (!name.startsWith('.vite')) symlinkSync(join(from, name), join(to, name));
}

function read(dir: string, file: string): string {
  return readFileSync(join(dir, file), 'utf8');
}

function write(dir: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) writeFileSync(join(dir, file), text);
}
