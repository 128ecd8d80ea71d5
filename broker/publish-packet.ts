import type { WirePacket } from './framer.ts';
import { isText, NO_TEXT } from './packet-fields.ts';

/** Stands in for a topic that aedes would answer with a silent close; no device can own it. */
export const UNUSABLE_TOPIC = '$unusable';

/** aedes matches at most this many levels. */
const MAX_LEVELS = 100;
const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

export type PublishExamined =
  | { readonly fault: string }
  /** `unusable`: the topic as sent, where no broker may take it (empty, wildcards, far too deep); else null. */
  | { readonly unusable: string | null };

/** Looks at a PUBLISH as far as its sender can have made it unreadable. MQTT 3.1.1 section 3.3. */
export function examinePublish({ flags, bytes, body }: WirePacket): PublishExamined {
  const qos = (flags >> 1) & 3;
  if (qos === 3) return { fault: 'a PUBLISH with both QoS bits set' }; // [MQTT-3.3.1-4]
  const content = bytes.subarray(body);
  if (content.length < 2) return { fault: 'a PUBLISH without a topic' };
  const end = 2 + content.readUInt16BE(0);
  if (content.length < end + (qos === 0 ? 0 : 2)) return { fault: 'a PUBLISH shorter than its topic says' };
  if (qos > 0 && content.readUInt16BE(end) === 0) return { fault: 'a PUBLISH with packet identifier 0' }; // [MQTT-2.3.1-1]
  const topic = content.subarray(2, end);
  if (!isText(topic)) return { fault: `a PUBLISH to ${NO_TEXT}` };
  return { unusable: isUsable(topic) ? null : topic.toString('utf8') };
}

function isUsable(topic: Buffer): boolean {
  if (topic.length === 0) return false;
  let levels = 1;
  for (const byte of topic) {
    if (byte === PLUS || byte === HASH) return false; // [MQTT-3.3.2-2]
    if (byte === SLASH) levels++;
  }
  return levels <= MAX_LEVELS;
}

/** The same PUBLISH under another topic. */
export function withTopic({ bytes, body }: WirePacket, topic: string): Buffer {
  const content = bytes.subarray(body);
  const rest = content.subarray(2 + content.readUInt16BE(0));
  const name = Buffer.from(topic);
  const length = 2 + name.length + rest.length;
  const size = Buffer.alloc(2);
  size.writeUInt16BE(name.length);
  return Buffer.concat([bytes.subarray(0, 1), remainingLength(length), size, name, rest]);
}

function remainingLength(length: number): Buffer {
  const digits: number[] = [];
  let left = length;
  do {
    const digit = left % 0x80;
    left = Math.floor(left / 0x80);
    digits.push(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return Buffer.from(digits);
}
