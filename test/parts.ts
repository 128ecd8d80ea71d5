import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests run beside ours: real clients, a real browser, a real tracer. */
export interface Part {
  readonly name: 'mosquitto_pub' | 'strace' | 'chromium' | 'font';
  /** What its absence leaves untried, in plain words. */
  readonly without: string;
  /** Debian packages that hold it and what it links to. */
  readonly packages: readonly string[];
  /** `unpack`: into the cache, nothing is installed. `install`: too entangled for that; by apt, as root only. */
  readonly by: 'unpack' | 'install';
}

export const PARTS: readonly Part[] = [
  {
    name: 'mosquitto_pub',
    without: 'messages of an independent MQTT client (mosquitto_pub)',
    packages: ['mosquitto-clients', 'libmosquitto1', 'libcjson1'],
    by: 'unpack',
  },
  {
    name: 'strace',
    without: 'counting the sync calls of a commit (strace)',
    packages: ['strace', 'libunwind8'],
    by: 'unpack',
  },
  { name: 'chromium', without: 'everything in a real browser (chromium)', packages: ['chromium'], by: 'install' },
  {
    name: 'font',
    without: 'Chinese text in screenshots (fonts-noto-cjk)',
    packages: ['fonts-noto-cjk'],
    by: 'install',
  },
];

const CACHE = join(import.meta.dirname, '..', '.cache', 'parts');
const UNPACKED_BIN = join(CACHE, 'usr', 'bin');
const FONT_DIRS = ['/usr/share/fonts/opentype/noto', '/usr/share/fonts/truetype/noto'];

/** Where a program is, on the PATH or in the cache; undefined: nowhere. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), UNPACKED_BIN];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The environment in which an unpacked program finds the libraries unpacked beside it. */
export function partEnv(): NodeJS.ProcessEnv {
  const libraries = join(CACHE, 'usr', 'lib');
  if (!existsSync(libraries)) return process.env;
  const folders = [libraries, ...readdirSync(libraries).map((folder) => join(libraries, folder))];
  return { ...process.env, LD_LIBRARY_PATH: [...folders, process.env['LD_LIBRARY_PATH'] ?? ''].join(delimiter) };
}

export function isThere(part: Part): boolean {
  if (part.name !== 'font') return findProgram(part.name) !== undefined;
  return FONT_DIRS.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.includes('CJK')));
}

/** Fetches what is missing where this machine can; returns what is missing still. */
export function fetchParts(say: (line: string) => void): Part[] {
  const missing = PARTS.filter((part) => !isThere(part));
  if (missing.length === 0) return [];
  if (!isDebian()) return missing;
  const root = process.getuid?.() === 0;
  if (root) attempt('apt-get', ['update', '-qq']);
  for (const part of missing) {
    say(`fetching ${part.packages.join(', ')}`);
    if (part.by === 'unpack') unpack(part);
    else if (root) attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...part.packages]);
  }
  return PARTS.filter((part) => !isThere(part));
}

function unpack(part: Part): void {
  const downloads = join(CACHE, 'downloads', part.name);
  mkdirSync(downloads, { recursive: true });
  if (!attempt('apt-get', ['download', ...part.packages], downloads)) return;
  for (const file of readdirSync(downloads))
    if (file.endsWith('.deb')) attempt('dpkg', ['-x', join(downloads, file), CACHE]);
}

function attempt(command: string, args: readonly string[], cwd?: string): boolean {
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'ignore'], timeout: 600_000 });
    return true;
  } catch {
    return false;
  }
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && readFileSync('/etc/debian_version').length > 0;
}
