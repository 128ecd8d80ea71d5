import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CACHE } from './cache.ts';
import { mayMount } from './may-mount.ts';
import { fetchInflux2 } from './servers/build-influxd.ts';
import { findInflux1, findInflux2, INFLUXDB2_URL } from './servers/where.ts';

/** Programs that tests run beside ours: real clients, real servers, a real browser, a real tracer. */
export interface Part {
  readonly name: string;
  /** What its absence leaves untried, in plain words. */
  readonly without: string;
  /** How it comes here where `npm test` cannot fetch it, as an order. */
  readonly hint: string;
  isThere(): boolean;
  /** @param root whether packages may be installed */
  fetch(say: (line: string) => void, root: boolean): void;
}

const UNPACKED = join(CACHE, 'debian');
const UNPACKED_BINS = [join(UNPACKED, 'usr', 'bin'), join(UNPACKED, 'usr', 'sbin')];
const FONT_DIRS = ['/usr/share/fonts/opentype/noto', '/usr/share/fonts/truetype/noto'];

const COMPOSE_LIBRARIES =
  'attr cached-property certifi chardet charset-normalizer distro distutils docker dockerpty docopt dotenv idna jsonschema packaging pyrsistent requests six texttable urllib3 websocket yaml'.split(
    ' ',
  );

const PARTS: readonly Part[] = [
  unpacked('mosquitto_pub', 'messages of an independent MQTT client (mosquitto_pub)', [
    'mosquitto-clients',
    'libmosquitto1',
    'libcjson1',
  ]),
  unpacked('strace', 'counting the sync calls of a commit (strace)', ['strace', 'libunwind8']),
  installed('chromium', 'everything in a real browser (chromium)', ['chromium']),
  installed('font', 'Chinese text in screenshots (fonts-noto-cjk)', ['fonts-noto-cjk'], hasFont),
  unpacked('influxdb', 'everything with a server of InfluxDB 1.x', ['influxdb'], () => findInflux1() !== undefined),
  {
    name: 'influxdb2',
    without: 'everything with a server of InfluxDB 2.x',
    hint: 'Install Go, Rust and a C compiler, or Docker, or influxd 2.x; or set INFLUXDB2_URL and INFLUXDB2_TOKEN (an operator token)',
    isThere: () => INFLUXDB2_URL !== undefined || findInflux2() !== undefined,
    fetch: fetchInflux2,
  },
  unpacked('docker-compose', 'reading compose.yaml as Docker Compose does (docker-compose)', [
    'docker-compose',
    // Before Debian 13 it is written in Python.
    ...(debianVersion() < 13 ? COMPOSE_LIBRARIES.map((library) => `python3-${library}`) : []),
  ]),
  {
    name: 'mount',
    without: 'our disk and that of InfluxDB really full, or broken (mounting takes root)',
    hint: 'As another user: unshare --map-root-user --mount npm test',
    isThere: mayMount,
    fetch: () => {},
  },
];

/** Only the bench runs it. */
export const MOSQUITTO = unpacked(
  'mosquitto',
  'Mosquitto, and what stands behind it',
  ['mosquitto', 'libmosquitto1', 'libcjson1', 'libdlt2', 'libwrap0', 'libwebsockets17', 'libev4'],
  () => starts('mosquitto', '-h'),
);

/** Into the cache: nothing is installed. */
function unpacked(
  name: string,
  without: string,
  packages: readonly string[],
  isThere = () => findProgram(name) !== undefined,
): Part {
  return {
    name,
    without,
    hint: `On Debian: apt-get install ${packages.join(' ')}`,
    isThere,
    fetch(say) {
      if (!isDebian()) return;
      say(`fetching ${packages.join(', ')}`);
      const downloads = join(UNPACKED, 'downloads', name);
      mkdirSync(downloads, { recursive: true });
      if (!attempt('apt-get', ['download', ...packages], downloads)) return;
      for (const file of readdirSync(downloads))
        if (file.endsWith('.deb')) attempt('dpkg', ['-x', join(downloads, file), UNPACKED]);
    },
  };
}

/** Too entangled to be unpacked: by apt, as root only. */
function installed(
  name: string,
  without: string,
  packages: readonly string[],
  isThere = () => findProgram(name) !== undefined,
): Part {
  return {
    name,
    without,
    hint: `On Debian: apt-get install ${packages.join(' ')}`,
    isThere,
    fetch(say, root) {
      if (!isDebian() || !root) return;
      say(`installing ${packages.join(', ')}`);
      attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    },
  };
}

/** Where a program is, on the PATH or in the cache; undefined: nowhere. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...UNPACKED_BINS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** That it is there does not say that its libraries are: a loader that misses one ends with 127. */
function starts(name: string, argument: string): boolean {
  const program = findProgram(name);
  if (program === undefined) return false;
  const { status } = spawnSync(program, [argument], { env: partEnv(), stdio: 'ignore', timeout: 10_000 });
  return status !== null && status !== 127;
}

/** The environment in which an unpacked program finds the libraries unpacked beside it. */
export function partEnv(): NodeJS.ProcessEnv {
  const libraries = [join(UNPACKED, 'usr', 'lib'), join(UNPACKED, 'lib')].filter((folder) => existsSync(folder));
  if (libraries.length === 0) return process.env;
  const folders = libraries.flatMap((folder) => [folder, ...readdirSync(folder).map((inner) => join(folder, inner))]);
  return { ...process.env, LD_LIBRARY_PATH: [...folders, process.env['LD_LIBRARY_PATH'] ?? ''].join(delimiter) };
}

/** Where libraries unpacked for programs in Python are. */
export const PYTHON_LIBRARIES = join(UNPACKED, 'usr', 'lib', 'python3', 'dist-packages');

/** Fetches what is missing where this machine can; returns what is missing still. */
export function fetchParts(say: (line: string) => void, parts: readonly Part[] = PARTS): Part[] {
  const missing = parts.filter((part) => !part.isThere());
  if (missing.length === 0) return [];
  const root = process.getuid?.() === 0;
  if (root && isDebian()) attempt('apt-get', ['update', '-qq']);
  for (const part of missing) part.fetch(say, root);
  return missing.filter((part) => !part.isThere());
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

function hasFont(): boolean {
  return FONT_DIRS.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.includes('CJK')));
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && readFileSync('/etc/debian_version').length > 0;
}

/** The major version; one without a number is newer than all that have one. */
function debianVersion(): number {
  const major = isDebian() ? Number.parseInt(readFileSync('/etc/debian_version', 'utf8'), 10) : NaN;
  return Number.isNaN(major) ? Infinity : major;
}
