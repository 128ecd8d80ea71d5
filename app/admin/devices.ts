import { formatTopic, parseTopic } from '../../contract/topics.ts';
import type { RefusalReason } from '../../contract/message.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { shownRefusals } from '../../ingest/live/refusal-book.ts';
import type { KeptEntry, StoredQuarantineGroup } from '../../ingest/stores/ledger/device-rows.ts';
import { readArguments } from './arguments.ts';
import { noSuchSite } from './credentials.ts';
import { AdminError, type AdminDeps, type AdminLedger } from './ports.ts';
import { printable, printableBytes } from './printable.ts';
import { withLedger } from './users.ts';

/** Bytes of a payload that a terminal shows. */
const SHOWN_BYTES = 2_048;

/** What somebody has to do, by the reason. */
const ADVICE: Readonly<Record<RefusalReason, string>> = {
  unknown_client: 'no such user name: make a credential with "device credential create", or correct the name',
  wrong_password: 'make a new one with "device credential rotate" and enter it at the device',
  no_credentials: 'the device sends no user name or password: enter them',
  client_id_mismatch: 'set the client id of the device to the one of its credential',
  foreign_topic: 'the device publishes under the name of another: correct its topic',
  unknown_topic: 'the topic is none of ours: fw/v1/SITE/DEVICE/readings, events or status',
  subscription: 'devices receive nothing: switch the subscription off',
  packet_too_large: 'send smaller messages, or raise MQTT_MAX_PACKET',
  protocol_error: 'it does not speak MQTT 3.1.1 as it should: update the firmware',
  connect_timeout: 'it connects and then says nothing: a port scan, or a network that loses packets',
  keepalive_required: 'set a keepalive within the limits',
  too_many_connections:
    'it opens connections and leaves them: restart it; raise MQTT_MAX_CONNECTIONS if they are all real',
  rate_held: 'it sends faster than it may and is held, nothing is lost: let it send less often',
  identity_conflict: 'two devices have one identity: give each a credential of its own',
};

export async function listRefusals(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const [only] = readArguments(argv, { words: ['SITE'], needed: 0 }).words;
  await withLedger(deps, ({ reader }) => {
    const all = reader.registries();
    const registries = sitesOf(all, only);
    const registered = {
      site: (site: string) => all.some((one) => one.site === site),
      device: (site: string, device: string) =>
        all.some((one) => one.site === site && one.devices.some(({ id }) => id === device)),
    };
    const rows = reader.refusals();
    const now = deps.now();
    const shown = new Map(
      registries.flatMap(({ site }) =>
        shownRefusals(rows, { site, now, registered }).map((row) => [JSON.stringify({ ...row, device: null }), row]),
      ),
    );
    if (shown.size === 0) return deps.out('Nothing was refused in the last two hours.\n');
    for (const row of [...shown.values()].sort((a, b) => b.lastAt - a.lastAt)) {
      const who = row.username ?? row.clientId ?? '(no name)';
      deps.out(`${time(row.lastAt)}  ×${row.count}  ${printable(who)}  ${printable(row.address)}  ${row.reason}\n`);
      if (row.clientId !== null && row.clientId !== row.username)
        deps.out(`    client id ${printable(row.clientId)}\n`);
      if (row.detail !== null) deps.out(`    ${printable(row.detail)}\n`);
      deps.out(`    ${ADVICE[row.reason]}\n`);
    }
    deps.out('\nA running server writes these down four times a minute.\n');
  });
}

export async function listQuarantine(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['SITE'], needed: 0, values: ['device'] });
  const device = given.value('device');
  await withLedger(deps, ({ reader }) => {
    const sites = sitesOf(reader.registries(), given.words[0]).map(({ site }) => site);
    const groups = sites
      .flatMap((site) => reader.quarantine.groups(site))
      .filter((group) => device === undefined || group.device === device);
    if (groups.length === 0) return deps.out('Nothing is in quarantine.\n');
    for (const group of groups) {
      deps.out(groupText(group));
      const [newest] = reader.quarantine.shown(group.id, SHOWN_BYTES);
      // Of one device all that its maker needs; of many, an overview.
      if (newest !== undefined && (device !== undefined || groups.length === 1)) deps.out(entryText(newest));
    }
    if (device === undefined && groups.length > 1)
      deps.out('\n"--device DEVICE" shows the newest entry of each of its rows, with its bytes.\n');
  });
}

function groupText(group: StoredQuarantineGroup): string {
  const { site, device, topic, code, scope, count, firstAt, lastAt } = group;
  const leaf = parseTopic(topic);
  const where = leaf !== undefined && formatTopic(leaf) === topic ? `${site}/${device} ${leaf.leaf}` : printable(topic);
  const what = scope === 'message' ? 'whole messages' : 'parts of messages';
  return `${where}  ${code}  ×${count}  ${what}  ${time(firstAt)} to ${time(lastAt)}\n`;
}

function entryText({ id, receivedAt, reason, payload, size, keys }: KeptEntry): string {
  const lines = [
    `    entry ${id}, ${time(receivedAt)}, ${size} bytes, at ${printable(reason.path)}: ${printable(reason.detail)}`,
  ];
  if (payload === null && keys !== null)
    lines.push(`    the content of events is not kept; its keys: ${keys.map(printable).join(', ') || 'none'}`);
  else if (payload === null) lines.push('    its bytes stand with another entry of the same message');
  else lines.push(`    ${printableBytes(payload)}${payload.length < size ? ' …' : ''}`);
  return `${lines.join('\n')}\n`;
}

function sitesOf(
  registries: ReturnType<AdminLedger['reader']['registries']>,
  only: string | undefined,
): readonly SiteRegistry[] {
  if (only === undefined && registries.length === 0)
    throw new AdminError('There is no site yet: import a registry first.');
  if (only === undefined) return registries;
  const found = registries.filter(({ site }) => site === only);
  if (found.length === 0) throw noSuchSite(only, registries);
  return found;
}

/** In UTC, as the log has it. */
function time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
