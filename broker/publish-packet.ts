import type { WirePacket } from './framer.ts';
import { isText, NO_TEXT } from './packet-fields.ts';

/** Stands in for a topic that aedes would answer with a silent close; no device can own it. */
export const UNUSABLE_TOPIC = '$unusable';

/** aedes matches at most this many levels. */
const MAX_LEVELS = 100;
const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const QOS = [0, 1, 2] as const;

/** A PUBLISH as its device sent it. */
export interface Publish {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** 0: of QoS 0, which has none. */
  readonly messageId: number;
  readonly topic: string;
  /** False: no broker may take this topic (empty, wildcards, far too deep). */
  readonly usable: boolean;
  /** Part of what one read of the socket brought. */
  readonly payload: Buffer;
  /** Of the whole packet. */
  readonly bytes: number;
}

/**
 * Reads a PUBLISH as far as its sender can have made it unreadable. MQTT 3.1.1 section 3.3.
 * @param usual a topic in ASCII that was found fine before, as a device usually has one; it is not looked at again
 */
export function readPublish({ flags, bytes, body }: WirePacket, usual: string | null): Publish | { fault: string } {
  const qos = QOS[(flags >> 1) & 3];
  if (qos === undefined) return { fault: 'a PUBLISH with both QoS bits set' }; // [MQTT-3.3.1-4]
  const { length } = bytes;
  if (length < body + 2) return { fault: 'a PUBLISH without a topic' };
  const from = body + 2;
  const end = from + bytes.readUInt16BE(body);
  const start = qos === 0 ? end : end + 2;
  if (length < start) return { fault: 'a PUBLISH shorter than its topic says' };
  const messageId = qos === 0 ? 0 : bytes.readUInt16BE(end);
  if (qos > 0 && messageId === 0) return { fault: 'a PUBLISH with packet identifier 0' }; // [MQTT-2.3.1-1]
  let topic = bytes.toString('latin1', from, end);
  let usable = true;
  if (topic !== usual) {
    const name = bytes.subarray(from, end);
    if (!isText(name)) return { fault: `a PUBLISH to ${NO_TEXT}` };
    usable = isUsable(name);
    topic = name.toString('utf8');
  }
  return { qos, retain: (flags & 1) === 1, messageId, topic, usable, payload: bytes.subarray(start), bytes: length };
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
