import type { QuarantineReason } from '../../contract/quarantine.ts';
import { duplicateKeys } from './duplicate-keys.ts';

/** A payload that is UTF-8 JSON. */
export interface JsonDocument {
  readonly value: unknown;
  /** Paths of keys that stand twice in one object: JSON does not say which of the two counts. */
  readonly duplicates: ReadonlySet<string>;
}

export type Parsed = { readonly document: JsonDocument } | { readonly reason: QuarantineReason };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads bytes as one JSON text in UTF-8. A byte order mark before it is ignored (RFC 8259, 8.1).
 * `confidential`: the reason names no part of the content.
 */
export function parseJson(payload: Uint8Array, { confidential }: { confidential: boolean }): Parsed {
  const text = decodeText(payload);
  if (text === undefined) return { reason: { code: 'not_utf8', path: '$', detail: notUtf8(payload) } };
  try {
    const value: unknown = JSON.parse(text);
    return { document: { value, duplicates: duplicateKeys(text) } };
  } catch (error) {
    const detail = `the payload is not JSON: ${hint(text) ?? position(error, confidential)}`;
    return { reason: { code: 'not_json', path: '$', detail } };
  }
}

export function decodeText(payload: Uint8Array): string | undefined {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

function notUtf8(payload: Uint8Array): string {
  const readable = new TextDecoder('utf-8').decode(payload);
  const before = readable.slice(0, Math.max(0, readable.indexOf('\uFFFD')));
  const offset = new TextEncoder().encode(before).length;
  return `the payload is not UTF-8: byte ${offset} starts no character; encode texts as UTF-8 (not GBK or UTF-16) or leave them out`;
}

/** What makers of sensors get wrong most often, in the order in which it is told. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^\s*$/, 'it is empty'],
  [/\0$/, 'a zero byte follows it; publish the length of the text without its terminating zero'],
  [/[:,[]\s*-?(NaN|nan|Infinity|inf)\b/, 'NaN and Infinity are no JSON numbers; leave out what was not measured'],
  [/[:[]\s*-?\d+,\d+\s*[,}\]]/, 'a number has a decimal comma; write a decimal point'],
  [/[:[]\s*-?0[xX][0-9a-fA-F]/, 'a number is hexadecimal; write it in decimal'],
  [/^\s*[[{]\s*'/, 'texts are in single quotes; use double quotes'],
  [/,\s*[}\]]/, 'a comma stands before a closing bracket; remove it'],
];

function hint(text: string): string | undefined {
  return FAULTS.find(([pattern]) => pattern.test(text))?.[1];
}

/** The engine's message quotes the text around the fault; a confidential one keeps the place only. */
function position(error: unknown, confidential: boolean): string {
  const message = error instanceof Error ? error.message : '';
  if (/end of JSON|Unterminated|Expected ',' or/.test(message) && !confidential) return `${message}; was it cut off?`;
  if (!confidential && message !== '') return message;
  const place = /position \d+/.exec(message)?.[0];
  return place === undefined ? 'it cannot be read' : `it cannot be read at ${place}`;
}
