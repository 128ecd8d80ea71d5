import type { InboundMessage } from '../../contract/message.ts';
import type { QuarantineEntry, QuarantineReason } from '../../contract/quarantine.ts';
import { formatTopic } from '../../contract/topics.ts';
import { elementsOf } from './elements.ts';
import { parseJson } from './json.ts';
import { createRejections } from './rejections.ts';

/** Bytes of one message that quarantine keeps, all its entries taken together. */
export const KEPT_BYTES = 65_536;
const MOST_KEYS = 32;
const LONGEST_KEY = 64;

/**
 * One entry for each reason. Each keeps the message's bytes while that is small, else the first alone, cut to
 * `KEPT_BYTES`. Of an event's payload, which may hold a name or a face, only size and key names are kept.
 */
export function quarantineEntries(message: InboundMessage, reasons: readonly QuarantineReason[]): QuarantineEntry[] {
  const { topic, payload, received } = message;
  const isEvent = topic.leaf === 'events';
  const keys = isEvent && reasons.length > 0 ? keyNames(payload) : null;
  const everywhere = payload.length * reasons.length <= KEPT_BYTES;
  // A copy: the socket's buffer is used again.
  const kept = isEvent ? null : new Uint8Array(payload.subarray(0, KEPT_BYTES));

  return reasons.map((reason, index) => ({
    site: topic.site,
    device: topic.device,
    topic: formatTopic(topic),
    receivedAt: received.wall,
    scope: reason.path === '$' ? 'message' : 'part',
    reason: index === 0 && !isEvent && payload.length > KEPT_BYTES ? cutNoted(reason, payload.length) : reason,
    payload: everywhere || index === 0 ? kept : null,
    size: payload.length,
    keys,
  }));
}

function cutNoted(reason: QuarantineReason, size: number): QuarantineReason {
  return { ...reason, detail: `${reason.detail} (the first ${KEPT_BYTES} of ${size} bytes are kept)` };
}

function keyNames(payload: Uint8Array): readonly string[] {
  const parsed = parseJson(payload, { confidential: true });
  if ('reason' in parsed) return [];
  const names = new Set<string>();
  for (const { record } of elementsOf(parsed.document, { rejections: createRejections(), confidential: true })) {
    for (const key of Object.keys(record)) {
      if (names.size === MOST_KEYS) return [...names];
      names.add(key.slice(0, LONGEST_KEY).toWellFormed());
    }
  }
  return [...names];
}
