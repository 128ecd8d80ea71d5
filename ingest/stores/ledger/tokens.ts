import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { linkSync, openSync, readFileSync, writeSync, fsyncSync, closeSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UnusableFile } from '../sqlite/errors.ts';

/** Crockford's alphabet in lower case: nothing in it is mistaken for another, nothing begins with a dash. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TOKEN_SYMBOLS = 32;
const GROUP = 8;
const KEY_BYTES = 32;

/** 160 random bits as four groups of eight symbols, such as `k7m2p0xz-…`. */
export function newToken(): string {
  const symbols = Array.from(randomBytes(TOKEN_SYMBOLS), (byte) => ALPHABET.charAt(byte & 31)).join('');
  return Array.from({ length: TOKEN_SYMBOLS / GROUP }, (_, at) => symbols.slice(at * GROUP, (at + 1) * GROUP)).join(
    '-',
  );
}

/** HMAC-SHA-256 of a token, hex: what is kept of it. Fit for generated tokens only, never for chosen passwords. */
export function hashToken(key: Uint8Array, token: string | Uint8Array): string {
  return createHmac('sha256', key).update(token).digest('hex');
}

/** Compares two hashes of `hashToken` in a time that does not depend on where they differ. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `server.key` is there, but is not one. */
export class BadServerKey extends UnusableFile {
  override readonly name = 'BadServerKey';
  constructor(file: string) {
    super(
      `${file} is not a key of ${KEY_BYTES} bytes. Restore it from a backup; without it every device credential ` +
        'and session has to be made anew (delete the file for that).',
    );
  }
}

/** The key of all token hashes, in `server.key` of the data folder; made (mode 0600) when it is missing. */
export function serverKey(dataDir: string): Uint8Array {
  const file = join(dataDir, 'server.key');
  try {
    return readKey(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  // Written aside and linked: whoever finds the name finds all of it, and of two processes one wins.
  const draft = `${file}.${randomUUID()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, randomBytes(KEY_BYTES));
    fsyncSync(handle);
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(handle);
    unlinkSync(draft);
  }
  return readKey(file);
}

function readKey(file: string): Uint8Array {
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES) throw new BadServerKey(file);
  return key;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
