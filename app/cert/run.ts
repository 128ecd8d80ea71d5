import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { isLoopback, parseHost } from '../config-value.ts';
import { readConfig } from '../config.ts';
import { openDataDir } from '../data-dir.ts';
import { makeFolder } from '../make-folder.ts';
import { StartError } from '../start-error.ts';
import { readArguments, type Tools } from '../tools/arguments.ts';
import type { Made } from './make.ts';
import { settingsFor } from './settings.ts';

const USAGE = `Usage: npm run cert -- --for NAMES [--days 1-825] [--to FOLDER] [--config FILE]

  Makes certificates for the pages and for MQTT over TLS, signed by a CA of this site, which the first run makes.
  NAMES     what browsers and devices are given to connect to: names and IP addresses, separated by commas, the one
            that people type first
  --days    how long they are valid; 825 unless given, the most that phones accept
  --to      where they go; the folder "certificates" of the data folder unless given
  Run it again to renew them: the CA stays, and what trusts it goes on trusting.
`;

const MOST_DAYS = 825;
const AUTHORITY = 'site-ca';
const SERVERS = ['pages', 'mqtt'] as const;

/** `npm run cert`. @throws StartError, ConfigError */
export async function runCert(argv: readonly string[], { env, now, out }: Tools): Promise<void> {
  const given = readArguments(argv, { usage: USAGE, texts: ['for', 'days', 'to'] });
  if (given === 'help') return out(USAGE);
  const named = namesOf(given.values['for']);
  const days = daysOf(given.values['days']);
  const { to } = given.values;
  // Nothing is served here: who listens beyond this machine and has no certificate yet comes to get one.
  const config = readConfig({
    env: { ...env, ALLOW_PLAIN_HTTP: 'true', ALLOW_PLAIN_MQTT: 'true' },
    argv: given.config,
  });
  const folder = to === undefined ? join(openDataDir(config.dataDir), 'certificates') : resolve(to);
  makeFolder(folder);

  const { makeAuthority, makeServer, readAuthority } = await import('./make.ts');
  const files = { cert: join(folder, `${AUTHORITY}.pem`), key: join(folder, `${AUTHORITY}.key`) };
  if (!existsSync(files.key) || !existsSync(files.cert)) {
    for (const file of Object.values(files))
      if (existsSync(file))
        throw new StartError(
          `${file} is there without the other half of the CA. Restore it, or name another folder with --to.`,
        );
    write(folder, AUTHORITY, await makeAuthority(now()));
    out(
      `made ${files.cert}: browsers and devices have to trust it; ${files.key}: keep it, best away from this machine`,
    );
  }
  const read = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  const authority = await readAuthority(read).catch((cause: unknown) => {
    throw new StartError(`${files.cert} and ${files.key} are no CA of this command. Name another folder with --to.`, {
      cause,
    });
  });
  for (const name of SERVERS) {
    write(folder, name, await makeServer(authority, { ...named, days, now: now() }));
    out(`made ${join(folder, `${name}.pem`)}`);
  }
  const until = new Date(Math.min(now() + days * 86_400_000, authority.cert.notAfter.getTime()))
    .toISOString()
    .slice(0, 10);
  out(`Valid until ${until}. A running system takes renewed files within an hour, or at once with SIGHUP. Settings:`);
  for (const line of settingsFor({ folder, host: named.first, config })) out(`  ${line}`);
}

/** Aside and renamed, the key first: whoever reads a pair that does not fit keeps the former one, and reads again. */
function write(folder: string, name: string, { cert, key }: Made): void {
  for (const [file, text, mode] of [
    [`${name}.key`, key, 0o600],
    [`${name}.pem`, cert, 0o644],
  ] as const) {
    const draft = join(folder, `${file}.${process.pid}`);
    writeFileSync(draft, text, { mode, flag: 'wx' });
    renameSync(draft, join(folder, file));
  }
}

function namesOf(text: string | undefined): { first: string; names: string[]; addresses: string[] } {
  const given = (text ?? '').split(',').map((part) => part.trim());
  if (text === undefined) throw new StartError(USAGE);
  const addresses = given.filter((part) => isIP(part) !== 0);
  const names = given.filter((part) => isIP(part) === 0);
  const wrong = names.find((name) => !('value' in parseHost(name)) || /^[\d.]+$/.test(name) || name.includes(':'));
  if (wrong !== undefined)
    throw new StartError(`${JSON.stringify(wrong)} is neither a host name nor an IP address.\n\n${USAGE}`);
  // The machine's own checks ask for these.
  if (!names.some(isLoopback)) names.push('localhost');
  const [first = ''] = given;
  return { first, names, addresses: addresses.includes('127.0.0.1') ? addresses : [...addresses, '127.0.0.1'] };
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return MOST_DAYS;
  const days = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : NaN;
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new StartError(`--days has to be a whole number from 1 to ${MOST_DAYS}.`);
}
