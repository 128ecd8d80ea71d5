import type { QuarantineItem, QuarantineItems, QuarantineList, QuarantineSelection } from '../../contract/devices.ts';
import { firstBadByte, jsonFault } from '../decoders/fault-offset.ts';
import type { KeptEntry, QuarantineReader } from '../stores/ledger/device-rows.ts';

/** Bytes of a payload that are shown. */
const SHOWN_BYTES = 16_384;
const DAY = 86_400_000;

export function quarantineList(reader: QuarantineReader, site: string): QuarantineList {
  const groups = reader.groups(site);
  return {
    groups: groups.map(({ id: _id, site: _site, ...group }) => group),
    total: groups.reduce((sum, { count }) => sum + count, 0),
  };
}

export function quarantineItems(
  reader: QuarantineReader,
  { site, selection, now }: { site: string; selection: QuarantineSelection; now: number },
): QuarantineItems {
  const group = reader.group({ site, ...selection });
  if (group === undefined) return { items: [], perTenMinutes: [] };
  return {
    items: reader.shown(group.id, SHOWN_BYTES).map(itemOf),
    perTenMinutes: [...reader.counts(group.id, now - DAY)],
  };
}

function itemOf(entry: KeptEntry): QuarantineItem {
  const { id, receivedAt, reason, payload, size, keys } = entry;
  return {
    id,
    receivedAt,
    path: reason.path,
    detail: reason.detail,
    offset: faultOffset(entry),
    payload: payload === null ? null : Buffer.from(payload).toString('base64'),
    size,
    keys: keys === null ? null : [...keys],
  };
}

/** Where the fault of a whole message begins; null where it is not known, or beyond what is shown. */
function faultOffset({ reason, payload, size }: KeptEntry): number | null {
  if (payload === null) return null;
  const isCut = payload.length < size;
  const offset =
    reason.code === 'not_utf8' ? firstBadByte(payload) : reason.code === 'not_json' ? jsonFaultByte(payload) : null;
  // Where only our own cut is at fault, nothing is said. A character takes four bytes at most.
  return offset !== null && isCut && offset > payload.length - 4 ? null : offset;
}

const BYTE_ORDER_MARK = 3;

function jsonFaultByte(payload: Uint8Array): number | null {
  const text = new TextDecoder('utf-8').decode(payload);
  const fault = jsonFault(text);
  if (fault === null) return null;
  const hasMark = payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf;
  return Buffer.byteLength(text.slice(0, fault)) + (hasMark ? BYTE_ORDER_MARK : 0);
}
