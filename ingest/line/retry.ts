import type { Instant } from '../../contract/clock.ts';
import type { RetryAnswer } from '../../contract/devices.ts';
import type { InboundMessage } from '../../contract/message.ts';
import { parseTopic } from '../../contract/topics.ts';
import { decodeNative } from '../decoders/native.ts';
import { isWithin } from '../decoders/path.ts';
import { quarantineEntries } from '../decoders/quarantine.ts';
import type { KeptEntry } from '../stores/ledger/device-rows.ts';
import { backfillSamples } from './backfill.ts';
import type { World } from './world.ts';

/**
 * Reads entries of the quarantine again, with the decoder and the registry of today. Only the part that was refused is
 * taken: the rest of its message was stored when it came. Everything is backfill, and judges nothing.
 */
export function takeRetry(
  world: World,
  { entries, user }: { readonly entries: readonly KeptEntry[]; readonly user: string },
  { now, retention }: { readonly now: Instant; readonly retention: number },
): RetryAnswer {
  const ids: number[] = [];
  let written = 0;
  for (const entry of entries) {
    const stored = retryOne(world, entry, { now, retention });
    if (stored === undefined) continue;
    ids.push(entry.id);
    written += stored;
  }
  const answer = { tried: entries.length, read: ids.length, unreadable: entries.length - ids.length, written };
  const [first] = entries;
  if (first !== undefined) {
    const { site, device, topic, reason } = first;
    const detail = { device, topic, code: reason.code, ...answer };
    world.pending.quarantineChanges.push({
      change: { op: 'read', ids, at: now.wall },
      audit: { at: now.wall, site, kind: 'quarantine.retried', actor: user, detail },
    });
  }
  return answer;
}

/** Readings stored of one entry; undefined: nothing of it can be read, today neither. */
function retryOne(
  world: World,
  { site, topic: name, device: id, payload, size, receivedAt, reason }: KeptEntry,
  { now, retention }: { now: Instant; retention: number },
): number | undefined {
  const model = world.models.get(site);
  const device = model?.devices.get(id);
  const topic = parseTopic(name);
  // An event's content is not kept, and of a payload that was cut nobody knows the rest.
  if (payload === null || payload.length < size || model === undefined || device === undefined || topic === undefined)
    return undefined;
  const received = { wall: receivedAt, mono: now.mono };
  const message: InboundMessage = { topic, payload, received, qos: 1, retain: false, origin: 'publish' };
  const decoded = decodeNative(message);
  if (decoded.status !== null) return 0;

  const context = { world, model, device, now };
  const { usable, written, rejected } = backfillSamples(context, decoded.samples, {
    receivedAt,
    retention,
    wanted: (path) => isWithin(path, reason.path),
  });
  if (usable === 0) return undefined;
  const still = [...decoded.rejected.filter(({ path }) => isWithin(path, reason.path)), ...rejected];
  if (still.length > 0) world.pending.quarantine.push(...quarantineEntries(message, still));
  return written;
}
