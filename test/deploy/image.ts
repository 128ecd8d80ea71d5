import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Image {
  /** The program with its arguments, as a container starts it. */
  readonly command: readonly string[];
  /** What the image sets, with paths of the copy. */
  readonly env: Readonly<Record<string, string>>;
}

const Words = Type.Array(Type.String());
const Lock = Type.Object({
  packages: Type.Record(Type.String(), Type.Object({ dev: Type.Optional(Type.Boolean()) })),
});

/**
 * Copies into a folder what the Dockerfile's last stage takes, without what its first one leaves behind: tools and
 * libraries for development, and what it removes by name. The client has to be built.
 */
export function copyImage(folder: string): Image {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, ' ');
  const [build = '', last = ''] = text.split(/^FROM debian:.*$/m);
  const removed = [...build.matchAll(/rm -rf (.+)$/gm)].flatMap(([, paths = '']) => paths.trim().split(/\s+/));
  const lock = Parse(Lock, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const development = Object.entries(lock.packages).flatMap(([path, { dev }]) => (dev === true ? [path] : []));
  const outside = new Set([...removed, ...development, 'node_modules/.package-lock.json']);

  const belongs = (source: string): boolean => {
    const path = relative(ROOT, source).replaceAll(sep, '/');
    if (path.startsWith('deploy/')) return path.endsWith('.mjs');
    // Links of programs that stay behind lead nowhere.
    if (path.startsWith('node_modules/.bin/')) return path === 'node_modules/.bin/node';
    return !outside.has(path);
  };
  for (const [, paths = ''] of last.matchAll(/^COPY --from=build (.+)$/gm)) {
    const words = paths.split(/\s+/);
    const target = words.pop() ?? '';
    for (const source of words.map((word) => word.replace('/app/', ''))) {
      const to = join(folder, target === './' ? source : target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(ROOT, source), to, { recursive: true, filter: belongs, verbatimSymlinks: true });
    }
  }
  execFileSync('chmod', ['-R', 'a+rX,a-w', folder]);

  const lineOf = (word: string) => new RegExp(`^${word} (.+)$`, 'm').exec(last)?.[1] ?? '';
  const listOf = (word: string) => Parse(Words, JSON.parse(lineOf(word)));
  const env = lineOf('ENV')
    .split(/\s+/)
    .map((pair) => pair.split('=', 2).map((part) => part.replaceAll('/app/', `${folder}/`)));
  return {
    command: [...listOf('ENTRYPOINT'), ...listOf('CMD')],
    env: Object.fromEntries(env.map(([name = '', value = '']) => [name, value.replace(':$PATH', ':/usr/bin:/bin')])),
  };
}
