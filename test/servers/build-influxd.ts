import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { CACHE } from '../cache.ts';
import { findInflux2, INFLUXD2, INFLUXD2_VERSION } from './where.ts';

/** Pins InfluxDB and everything in it by their checksums. */
const MODULE = join(import.meta.dirname, 'influxd');
const FLUX = 'github.com/influxdata/flux';
const INFLUXD = 'github.com/influxdata/influxdb/v2/cmd/influxd';
const TAGS = 'sqlite_foreign_keys,sqlite_json,noassets';
/** ms that one run waits for another that builds. */
const LOCK_PATIENCE = 1_800_000;

type Say = (line: string) => void;

/**
 * Brings InfluxDB 2.x into the cache, once for all clones on this machine: from its image where Docker runs, else from
 * its Go module where Go and Rust are there. Never twice at once.
 */
export function fetchInflux2(say: Say): void {
  mkdirSync(CACHE, { recursive: true });
  // A lock that ends with its process, whatever that dies of.
  const lock = new DatabaseSync(join(CACHE, 'influxd.lock'), { timeout: LOCK_PATIENCE });
  const dir = join(CACHE, 'influxd.building');
  try {
    lock.exec('BEGIN EXCLUSIVE');
    if (findInflux2() !== undefined) return;
    // What is left of a build that was killed.
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    const made = fromImage(dir, say) ?? fromSource(dir, say);
    if (made === undefined) return;
    run(made, ['version']);
    renameSync(made, INFLUXD2);
  } catch (error) {
    say(`InfluxDB ${INFLUXD2_VERSION} could not be had: ${lastWords(error)}`);
  } finally {
    if (lock.isTransaction) rmSync(dir, { recursive: true, force: true });
    lock.close();
  }
}

function fromImage(dir: string, say: Say): string | undefined {
  if (!runs('docker', ['info'])) return undefined;
  const image = `influxdb:${INFLUXD2_VERSION}`;
  say(`taking influxd out of the image ${image}`);
  const container = run('docker', ['create', image]).trim();
  run('docker', ['cp', '--follow-link', `${container}:/usr/bin/influxd`, join(dir, 'influxd')]);
  run('docker', ['rm', container]);
  return join(dir, 'influxd');
}

/** Go builds the server, and Rust the library of its language Flux, which Go asks pkg-config for. */
function fromSource(dir: string, say: Say): string | undefined {
  if (!runs('go', ['version']) || !runs('cargo', ['--version']) || !runs('cc', ['--version'])) return undefined;
  const took = watch();
  say(`building InfluxDB ${INFLUXD2_VERSION} for the tests, once for this machine: five minutes or so on two cores`);
  say('  1 of 3: fetching its sources');
  run('go', ['mod', 'download'], { cwd: MODULE });
  const flux = run('go', ['list', '-m', '-f', '{{.Dir}}', FLUX], { cwd: MODULE }).trim();
  say(`  2 of 3: libflux, with cargo (${took()})`);
  const libraries = buildFlux(flux, dir);
  say(`  3 of 3: influxd, with go (${took()})`);
  const pkgConfig = script(dir, 'pkg-config', answerFor(join(flux, 'libflux', 'include'), libraries));
  const program = join(dir, 'influxd');
  const flags = `-s -w -X main.version=v${INFLUXD2_VERSION}`;
  run('go', ['build', '-mod=readonly', '-trimpath', '-o', program, '-tags', TAGS, '-ldflags', flags, INFLUXD], {
    cwd: MODULE,
    // A cache of its own: Go keeps what pkg-config once said, and would link what is there no more.
    env: { PKG_CONFIG: pkgConfig, CGO_ENABLED: '1', GOCACHE: join(dir, 'go-cache') },
  });
  say(`  done (${took()})`);
  return program;
}

/** The folder of libflux.a. */
function buildFlux(flux: string, dir: string): string {
  // The module cache is read-only, and cargo writes beside what it reads. Flux names an old Rust, which nobody has:
  // without that word cargo takes the one that is installed, and it refuses lifetimes that the old one let through.
  const source = join(dir, 'flux');
  cpSync(flux, source, { recursive: true, filter: (path) => !path.endsWith('rust-toolchain.toml') });
  run('chmod', ['-R', 'u+w', source]);
  const library = join(source, 'libflux');
  const lenient = script(dir, 'rustc-lenient', 'exec "$@" --cap-lints warn');
  run('cargo', ['build', '--release', '--locked', '--package', 'flux'], {
    cwd: library,
    env: { RUSTC_WRAPPER: lenient },
  });
  // Alone: where the shared one lies beside it the linker takes that, and it would be gone after the build.
  const alone = join(dir, 'lib');
  mkdirSync(alone);
  renameSync(join(library, 'target', 'release', 'libflux.a'), join(alone, 'libflux.a'));
  return alone;
}

/** What pkg-config would say of Flux: cgo asks it for nothing else here. */
const answerFor = (headers: string, libraries: string): string =>
  `case "$*" in *--cflags*) echo "-I${headers}" ;; *) echo "-L${libraries} -lflux -ldl -lpthread -lm" ;; esac`;

function script(dir: string, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function run(command: string, args: readonly string[], { cwd, env }: Where = {}): string {
  return execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
    timeout: LOCK_PATIENCE,
  });
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

const Failed = Type.Object({ stderr: Type.String() });

function lastWords(error: unknown): string {
  try {
    return Parse(Failed, error).stderr.trim().split('\n').slice(-12).join('\n');
  } catch {
    return String(error);
  }
}

function watch(): () => string {
  const from = performance.now();
  return () => `${Math.round((performance.now() - from) / 1_000)} s`;
}
