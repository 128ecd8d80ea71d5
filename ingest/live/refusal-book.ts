import type { RefusalView } from '../../contract/devices.ts';
import type { Refusal, RefusalReason } from '../../contract/message.ts';
import type { RefusalChange, StoredRefusal } from '../stores/ledger/device-rows.ts';

/** Refusals older than this (ms) are no longer shown. */
export const REFUSALS_SHOWN = 2 * 3_600_000;
/** Rows of devices of a registry; a device has so many of its own, so that none pushes another's out. */
const DEVICE_ROWS = 300;
const ROWS_OF_ONE_DEVICE = 8;
/** Rows of names that no registry has; one address has so many, the others it tries are counted in one more row. */
const STRANGER_ROWS = 200;
const ROWS_OF_ONE_ADDRESS = 10;
const LONGEST_NAME = 128;
const LONGEST_DETAIL = 256;

/** What a device that connects has overcome. A fight over its identity goes on while it connects. */
const OVERCOME: ReadonlySet<RefusalReason> = new Set([
  'unknown_client',
  'wrong_password',
  'no_credentials',
  'client_id_mismatch',
  'packet_too_large',
  'protocol_error',
  'connect_timeout',
  'keepalive_required',
  'too_many_connections',
]);

/** Whom a refused client says to be: a site that we know, and a device of its registry. */
export interface Named {
  readonly site: string | null;
  readonly device: string | null;
}

/** Tells whether there is such a site, and such a device in its registry. */
export interface Registered {
  site(site: string): boolean;
  device(site: string, device: string): boolean;
}

export interface RefusalBook {
  note(refusal: Refusal): void;
  /** The device is connected: what kept it out is over. */
  connected(site: string, device: string): void;
  /** Of this site, and those that name none, newest first. */
  shown(site: string, now: number): RefusalView[];
  /** What changed since the last call, as the ledger is to have it. */
  changes(now: number): RefusalChange[];
  /** What was handed out last did not reach the ledger: it comes again. */
  changesLost(changes: readonly RefusalChange[]): void;
}

interface Entry {
  readonly row: StoredRefusal;
  /** `site.device` of the registry as it was; null: a stranger. */
  readonly device: string | null;
  readonly network: string;
}

/**
 * The newest refusals in memory, one row for each client, address and reason. What strangers make up has room of its
 * own and little of it for each address; rows of real devices are pushed out by the same device alone, or by hundreds.
 */
export function createRefusalBook(registered: Registered, kept: readonly StoredRefusal[]): RefusalBook {
  const entries = new Map<string, Entry>();
  const strangersOf = new Map<string, number>();
  const changed = new Set<string>();
  const gone = new Set<string>();

  function count(network: string, by: number): void {
    const left = (strangersOf.get(network) ?? 0) + by;
    if (left > 0) strangersOf.set(network, left);
    else strangersOf.delete(network);
  }

  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    if (entry.device === null) count(entry.network, -1);
    changed.delete(key);
    gone.add(key);
  }

  function put(entry: Entry): void {
    const { key } = entry.row;
    // Behind all others: a map keeps the order in which rows were touched.
    if (!entries.delete(key) && entry.device === null) count(entry.network, 1);
    entries.set(key, entry);
    gone.delete(key);
    changed.add(key);
  }

  /** Makes room for one more row of this kind: the one touched longest ago goes. */
  function makeRoom(isAlike: (entry: Entry) => boolean, most: number): void {
    const alike = [...entries.values()].filter(isAlike);
    for (const { row } of alike.slice(0, Math.max(0, alike.length - most + 1))) remove(row.key);
  }

  function entryOf(row: StoredRefusal): Entry {
    const { site, device } = namedBy(row, registered);
    return { row, device: device === null ? null : `${site}.${device}`, network: networkOf(row.address) };
  }

  function add(row: StoredRefusal): void {
    const entry = entryOf(row);
    if (entry.device === null) makeRoom((other) => other.device === null, STRANGER_ROWS);
    else {
      makeRoom((other) => other.device === entry.device, ROWS_OF_ONE_DEVICE);
      makeRoom((other) => other.device !== null, DEVICE_ROWS);
    }
    put(entry);
  }

  for (const row of kept.toSorted((a, b) => a.lastAt - b.lastAt)) add(row);
  changed.clear();

  return {
    note({ reason, address, at, ...typed }) {
      const clientId = cut(typed.clientId, LONGEST_NAME);
      const username = cut(typed.username, LONGEST_NAME);
      const detail = cut(typed.detail, LONGEST_DETAIL);
      const lastAt = at.wall;
      const network = networkOf(address);
      const gatheredKey = JSON.stringify([reason, network]);
      const key = JSON.stringify([reason, address, clientId, username]);
      const isDevice = namedBy({ username, clientId }, registered).device !== null;
      const gathers = !entries.has(key) && !isDevice && (strangersOf.get(network) ?? 0) >= ROWS_OF_ONE_ADDRESS;
      const known = entries.get(gathers ? gatheredKey : key);
      if (known !== undefined) {
        const row = { ...known.row, count: known.row.count + 1, lastAt, detail };
        return put({ ...known, row });
      }
      const who = gathers ? { clientId: null, username: null, address: network } : { clientId, username, address };
      add({ key: gathers ? gatheredKey : key, reason, ...who, detail, count: 1, firstAt: lastAt, lastAt });
    },
    connected(site, device) {
      // Thousands may connect at once: names are compared before they are looked up.
      const name = `${site}.${device}`;
      for (const { row } of entries.values()) {
        if (!OVERCOME.has(row.reason) || (row.username !== name && row.clientId !== name)) continue;
        const who = namedBy(row, registered);
        if (who.site === site && who.device === device) remove(row.key);
      }
    },
    shown: (site, now) =>
      shownRefusals(
        [...entries.values()].map(({ row }) => row),
        { site, now, registered },
      ),
    changes(now) {
      for (const { row } of [...entries.values()]) if (isOver(row.lastAt, now)) remove(row.key);
      const all = [
        ...[...gone].map((key): RefusalChange => ({ op: 'drop', key })),
        ...[...changed].flatMap((key): RefusalChange[] => {
          const entry = entries.get(key);
          return entry === undefined ? [] : [{ op: 'put', row: entry.row }];
        }),
      ];
      gone.clear();
      changed.clear();
      return all;
    },
    changesLost(changes) {
      for (const change of changes) {
        const key = change.op === 'drop' ? change.key : change.row.key;
        (entries.has(key) ? changed : gone).add(key);
      }
    },
  };
}

/** Rows of a site, and those that name none, as they are shown. */
export function shownRefusals(
  rows: readonly StoredRefusal[],
  { site, now, registered }: { site: string; now: number; registered: Registered },
): (RefusalView & Pick<StoredRefusal, 'reason'>)[] {
  return rows
    .filter(({ lastAt }) => !isOver(lastAt, now))
    .flatMap(({ key: _key, ...row }) => {
      const who = namedBy(row, registered);
      return who.site === null || who.site === site ? [{ ...row, device: who.device }] : [];
    })
    .sort((a, b) => b.lastAt - a.lastAt);
}

function isOver(lastAt: number, now: number): boolean {
  return lastAt < now - REFUSALS_SHOWN;
}

/** By the user name, `{site}.{device}`; a client without one by its client id, which mostly is the same. */
function namedBy({ username, clientId }: Pick<StoredRefusal, 'username' | 'clientId'>, registered: Registered): Named {
  for (const name of [username, clientId]) {
    const [site = '', device = '', ...rest] = (name ?? '').split('.');
    if (rest.length > 0 || !registered.site(site)) continue;
    return { site, device: registered.device(site, device) ? device : null };
  }
  return { site: null, device: null };
}

/** Whoever has an IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}

function cut(text: string | null, longest: number): string | null {
  return text === null ? null : text.slice(0, longest).toWellFormed();
}
