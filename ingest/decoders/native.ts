import type { InboundMessage } from '../../contract/message.ts';
import { decodeEvents } from './events.ts';
import { decodeText, parseJson } from './json.ts';
import { decodeReadings } from './readings.ts';
import { createRejections, found } from './rejections.ts';
import type { Decoded } from './types.ts';
import { decodeUsual } from './usual.ts';

const NOTHING: Decoded = { samples: [], events: [], status: null, rejected: [], cleared: false };

/**
 * Reads a message of the native convention (`fw/v1/{site}/{device}/{readings|events|status}`). Never throws: what
 * cannot be used is in `rejected`, by its place in the message, and the rest is used.
 */
export function decodeNative(message: InboundMessage): Decoded {
  const { topic, payload, retain } = message;
  if (payload.length === 0 && retain) return { ...NOTHING, cleared: true };
  if (topic.leaf === 'status') return decodeStatus(payload);
  const usual = topic.leaf === 'readings' ? decodeUsual(payload) : undefined;
  if (usual !== undefined) return { ...NOTHING, samples: [usual] };

  const parsed = parseJson(payload, { confidential: topic.leaf === 'events' });
  if ('reason' in parsed) return { ...NOTHING, rejected: [parsed.reason] };
  const rejections = createRejections();
  const decoded =
    topic.leaf === 'events'
      ? { events: decodeEvents(parsed.document, rejections) }
      : { samples: decodeReadings(parsed.document, rejections) };
  return { ...NOTHING, ...decoded, rejected: rejections.all() };
}

/** Longest status that is worth reading to say what is wrong with it. */
const STATUS_LENGTH = 200;

function decodeStatus(payload: Uint8Array): Decoded {
  const text = decodeText(payload.subarray(0, STATUS_LENGTH));
  if (text === 'online' || text === 'offline') return { ...NOTHING, status: text };
  const what = text === undefined ? 'bytes that are not UTF-8' : found(text, { confidential: false });
  const detail = `the status is ${what}; send exactly online or offline, without quotes, blanks or JSON`;
  return { ...NOTHING, rejected: [{ code: 'bad_status', path: '$', detail }] };
}
