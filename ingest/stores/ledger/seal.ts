import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = 'facility-watch channel secrets';

/** Keeps what has to be used again, unlike a password, but must not be read out of a copied file. */
export interface Seal {
  /** Nonce, tag and ciphertext. `place` names where it is kept: opened elsewhere it is not readable. */
  close(text: string, place: string): Uint8Array;
  /** Undefined: of another key or place, or damaged. */
  open(sealed: Uint8Array, place: string): string | undefined;
}

/** AES-256-GCM under a key derived (HKDF-SHA-256) from the server's: the ledger alone gives nothing away. */
export function createSeal(serverKey: Uint8Array): Seal {
  const key = Buffer.from(hkdfSync('sha256', serverKey, '', PURPOSE, KEY_BYTES));
  return {
    close(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]));
    },
    open(sealed, place) {
      const [nonce, tag, body] = [
        sealed.subarray(0, NONCE_BYTES),
        sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
        sealed.subarray(NONCE_BYTES + TAG_BYTES),
      ];
      if (tag.length < TAG_BYTES) return undefined;
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
