import { METRIC_NAMES } from '../../contract/metrics.ts';
import { EVENTS_BINDING, type SiteRegistry } from '../../contract/registry.ts';
import { deviceUsername, formatTopic } from '../../contract/topics.ts';
import { closest } from '../../ingest/standards/closest.ts';
import { parseDuration, readArguments } from './arguments.ts';
import { auditRow } from './audit-row.ts';
import { AdminError, AdminUsageError, type AdminDeps, type AdminLedger } from './ports.ts';
import { withLedger } from './users.ts';

const DEFAULT_OVERLAP = '24h';
const HOUR = 3_600_000;

interface DeviceOfSite {
  readonly site: string;
  readonly device: string;
  readonly registry: SiteRegistry;
}

export async function createCredential(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['SITE', 'DEVICE'], values: ['client-id'] });
  const clientIdGiven = given.value('client-id');
  if (clientIdGiven !== undefined && !/^[A-Za-z0-9._:-]{1,64}$/.test(clientIdGiven)) {
    throw new AdminUsageError('--client-id has to be 1 to 64 letters, digits, dots, colons, dashes or underscores');
  }
  await withLedger(deps, async (opened) => {
    const found = findDevice(opened, given.words);
    const username = deviceUsername(found);
    const at = deps.now();
    if (opened.reader.credentials(username, at).length > 0) {
      const hint = `"device credential rotate ${found.site} ${found.device}"`;
      throw new AdminError(
        `${username} has a credential already. It is never shown again; make a new one with ${hint}.`,
      );
    }
    const clientId = clientIdGiven ?? username;
    const token = deps.newToken();
    const { site, device } = found;
    await opened.ledger.commit({
      at,
      accounts: [{ op: 'credential.create', username, clientId, site, device, tokenHash: opened.hashToken(token), at }],
      systemEvents: [
        auditRow('device credential create', { at, site, kind: 'credential.created', detail: { device, clientId } }),
      ],
    });
    deps.out(credentialText(found, { username, clientId, token }, deps));
  });
}

/** For a new site, or for simulated devices: every device that has none gets one, in one commit, as JSON. */
export async function createAllCredentials(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const [site = ''] = readArguments(argv, { words: ['SITE'] }).words;
  await withLedger(deps, async ({ ledger, reader, hashToken }) => {
    const registries = reader.registries();
    const registry = registries.find((one) => one.site === site);
    if (registry === undefined) throw noSuchSite(site, registries);
    const at = deps.now();
    const without = registry.devices
      .map(({ id }) => ({ device: id, username: deviceUsername({ site, device: id }) }))
      .filter(({ username }) => reader.credentials(username, at).length === 0);
    if (without.length === 0) throw new AdminError(`Every device of ${site} has a credential: nothing to make.`);
    const devices = without.map((one) => ({ ...one, clientId: one.username, password: deps.newToken() }));
    await ledger.commit({
      at,
      accounts: devices.map(({ device, username, clientId, password }) => ({
        ...{ op: 'credential.create' as const, username, clientId, site, device, tokenHash: hashToken(password), at },
      })),
      systemEvents: devices.map(({ device, clientId }) =>
        auditRow('device credential all', { at, site, kind: 'credential.created', detail: { device, clientId } }),
      ),
    });
    deps.out(`${JSON.stringify({ site, devices }, null, 2)}\n`);
    deps.err(`${devices.length} made. The passwords are shown this once: keep them where only you can read them.\n`);
  });
}

export async function rotateCredential(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['SITE', 'DEVICE'], values: ['overlap'] });
  const overlap = parseDuration('overlap', given.value('overlap') ?? DEFAULT_OVERLAP);
  await withLedger(deps, async (opened) => {
    const found = findDevice(opened, given.words);
    const username = deviceUsername(found);
    const at = deps.now();
    const [newest] = opened.reader.credentials(username, at);
    if (newest === undefined) {
      throw new AdminError(
        `${username} has no credential that still works. Make one with "device credential create ${found.site} ${found.device}".`,
      );
    }
    const { clientId } = newest;
    const token = deps.newToken();
    const tokenHash = opened.hashToken(token);
    const { site, device } = found;
    await opened.ledger.commit({
      at,
      accounts: [
        { op: 'credential.create', username, clientId, site, device, tokenHash, at },
        { op: 'credential.expireOthers', username, keepTokenHash: tokenHash, expiresAt: at + overlap },
      ],
      systemEvents: [
        auditRow('device credential rotate', {
          at,
          site,
          kind: 'credential.rotated',
          detail: { device, overlapHours: overlap / HOUR },
        }),
      ],
    });
    deps.out(credentialText(found, { username, clientId, token }, deps));
    const until = new Date(at + overlap).toISOString();
    deps.out(overlap === 0 ? 'The old password works no more.\n' : `The old password works until ${until}.\n`);
  });
}

export async function revokeCredential(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const { words } = readArguments(argv, { words: ['SITE', 'DEVICE'] });
  await withLedger(deps, async (opened) => {
    const { site, device } = findDevice(opened, words);
    const username = deviceUsername({ site, device });
    const at = deps.now();
    if (opened.reader.credentials(username, at).length === 0) {
      throw new AdminError(`${username} has no credential that still works: nothing to revoke.`);
    }
    await opened.ledger.commit({
      at,
      accounts: [{ op: 'credential.revoke', username, at }],
      systemEvents: [
        auditRow('device credential revoke', { at, site, kind: 'credential.revoked', detail: { device } }),
      ],
    });
    deps.out(
      `${username} can connect no more; what it has open is closed within ten seconds. ` +
        `A new credential: "device credential create ${site} ${device}".\n`,
    );
  });
}

function findDevice({ reader }: AdminLedger, [site = '', device = '']: readonly string[]): DeviceOfSite {
  const registries = reader.registries();
  const registry = registries.find((one) => one.site === site);
  if (registry === undefined) throw noSuchSite(site, registries);
  const ids = registry.devices.map(({ id }) => id);
  if (!ids.includes(device)) {
    const meant = closest(device, ids);
    const hint =
      meant === undefined
        ? 'Add it to the registry first ("registry export", "registry import").'
        : `Did you mean ${meant}?`;
    throw new AdminError(`The site ${site} has no device ${device}. ${hint}`);
  }
  return { site, device, registry };
}

export function noSuchSite(site: string, registries: readonly SiteRegistry[]): AdminError {
  const known = registries.map((one) => one.site);
  const hint =
    known.length === 0
      ? 'There are no sites yet: "registry import FILE" makes one.'
      : `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`;
  return new AdminError(`There is no site ${site}. ${hint}`);
}

function credentialText(
  { site, device, registry }: DeviceOfSite,
  { username, clientId, token }: { username: string; clientId: string; token: string },
  { mqtt }: AdminDeps,
): string {
  const { leaf, payload } = example(registry, device);
  const line = [
    'mosquitto_pub',
    reachable(mqtt),
    `-i ${clientId} -u ${username} -P ${token}`,
    `-q 1 -t ${formatTopic({ site, device, leaf })}`,
    `-m '${payload}'`,
  ].join(' ');
  return `User name   ${username}
Client id   ${clientId}
Password    ${token}

The password is shown this once. To try it:

${line}

`;
}

/** A broker on every address is reached on this machine's own; one on any free port, on the port it said at its start. */
function reachable({ host, port, certFile }: AdminDeps['mqtt']): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const trusting = certFile === undefined ? '' : ` --cafile '${certFile}'`;
  return `-h ${everywhere ? '127.0.0.1' : host} -p ${port === 0 ? 'PORT' : port}${trusting}`;
}

/** A message that this device's own bindings can use. */
function example(registry: SiteRegistry, device: string): { leaf: 'readings' | 'events'; payload: string } {
  const bindings = registry.bindings.filter((binding) => binding.device === device);
  const key = bindings.find(({ metric }) => metric !== EVENTS_BINDING)?.metric;
  if (key === undefined && bindings.length > 0) {
    return { leaf: 'events', payload: JSON.stringify({ id: 'try-1', kind: 'contact', open: false }) };
  }
  const metric = METRIC_NAMES.find((name) => name === key?.split('.')[0]) ?? 'water_temperature';
  const value = EXAMPLES[metric] ?? 1;
  return { leaf: 'readings', payload: JSON.stringify({ values: { [key ?? metric]: value } }) };
}

const EXAMPLES: Readonly<Partial<Record<(typeof METRIC_NAMES)[number], number>>> = {
  water_temperature: 42.3,
  room_temperature: 25.6,
  humidity: 55,
  co2: 620,
  battery: 98,
};
