import { firstBadByte } from '../../ingest/decoders/fault-offset.ts';

/** Text that somebody typed, made harmless for a terminal: control and direction characters are shown as �. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Bytes that a device sent, as one line of text: what is no printable character stands as `\xNN`. */
export function printableBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const bad = firstBadByte(bytes.subarray(at)) ?? bytes.length - at;
    text += printableCharacters(Buffer.from(bytes.subarray(at, at + bad)).toString('utf8'));
    at += bad;
    if (at < bytes.length) text += escaped(bytes.subarray(at, at + 1));
    at += 1;
  }
  return text;
}

function printableCharacters(text: string): string {
  const harmless = text.replaceAll('\\', '\\\\');
  return Array.from(harmless, (char) => (printable(char) === char ? char : escaped(Buffer.from(char)))).join('');
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
