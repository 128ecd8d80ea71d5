import { isUtf8 } from 'node:buffer';
import { CONNECT, SUBSCRIBE, UNSUBSCRIBE, type WirePacket } from './framer.ts';

/** A text that MQTT 3.1.1 allows: well-formed UTF-8 [MQTT-1.5.3-1] without U+0000 [MQTT-1.5.3-2]. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

export const NO_TEXT = 'a text that is not UTF-8, or holds U+0000';

/**
 * What a CONNECT, SUBSCRIBE or UNSUBSCRIBE holds that has to end the connection and that the parser behind would let
 * pass; undefined where nothing is wrong. A packet that breaks off is left to the parser, which finds that itself.
 */
export function faultInFields({ type, bytes, body }: WirePacket): string | undefined {
  const content = bytes.subarray(body);
  if (type === CONNECT) return faultInConnect(content);
  if (type !== SUBSCRIBE && type !== UNSUBSCRIBE) return undefined;
  if (content.length < 2) return undefined;
  if (content.readUInt16BE(0) === 0) return 'a packet identifier of 0'; // [MQTT-2.3.1-1]
  const texts = filters(content, type === SUBSCRIBE ? 1 : 0);
  if (texts.length === 0) return 'a list of filters without any'; // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
  return texts.every(isText) ? undefined : NO_TEXT;
}

/** Looks at client id, will topic and user name; the will's payload and the password may be any bytes. */
function faultInConnect(content: Buffer): string | undefined {
  const protocol = fieldAt(content, 0);
  if (protocol === undefined || content.length < protocol.end + 4) return undefined;
  const level = content[protocol.end] ?? 0;
  if (level !== 3 && level !== 4) return undefined;
  const flags = content[protocol.end + 1] ?? 0;
  if ((flags & 0x18) === 0x18) return 'a will with both QoS bits set'; // [MQTT-3.1.2-14]
  const kinds = [
    'text',
    ...(flags & 0x04 ? ['text', 'bytes'] : []),
    ...(flags & 0x80 ? ['text'] : []),
    ...(flags & 0x40 ? ['bytes'] : []),
  ];
  const texts = [protocol.value];
  let at = protocol.end + 4;
  for (const kind of kinds) {
    const field = fieldAt(content, at);
    if (field === undefined) break;
    if (kind === 'text') texts.push(field.value);
    at = field.end;
  }
  return texts.every(isText) ? undefined : NO_TEXT;
}

/** `behind`: bytes that follow each filter, such as its QoS. */
function filters(content: Buffer, behind: number): Buffer[] {
  const found: Buffer[] = [];
  let field = fieldAt(content, 2);
  while (field !== undefined) {
    found.push(field.value);
    field = fieldAt(content, field.end + behind);
  }
  return found;
}

/** Bytes with their length in front. */
function fieldAt(content: Buffer, at: number): { value: Buffer; end: number } | undefined {
  if (at + 2 > content.length) return undefined;
  const end = at + 2 + content.readUInt16BE(at);
  return end > content.length ? undefined : { value: content.subarray(at + 2, end), end };
}
