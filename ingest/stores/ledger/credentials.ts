import type { Clock } from '../../../contract/clock.ts';
import { hashToken, sameHash } from './tokens.ts';
import type { LedgerReader } from './types.ts';

export interface VerifiedCredential {
  readonly site: string;
  readonly device: string;
  readonly clientId: string;
  /** Opaque: what `stillValid` is asked with. */
  readonly handle: string;
}

/** No user name holds this. */
const SEPARATOR = '\0';

/** Device credentials of the ledger, as the broker asks for them. Synchronous: one keyed read and one HMAC. */
export function credentialStore(reader: Pick<LedgerReader, 'credentials'>, key: Uint8Array, clock: Clock) {
  return {
    verify(username: string, password: Uint8Array): VerifiedCredential | 'unknown_client' | 'wrong_password' {
      const given = hashToken(key, password);
      const known = reader.credentials(username, clock.now().wall);
      let match: VerifiedCredential | undefined;
      // All of them, whichever matches: the time tells nothing.
      for (const { tokenHash, site, device, clientId } of known) {
        if (sameHash(tokenHash, given)) {
          match = { site, device, clientId, handle: `${username}${SEPARATOR}${tokenHash}` };
        }
      }
      if (match !== undefined) return match;
      return known.length === 0 ? 'unknown_client' : 'wrong_password';
    },

    /** Whether the credential that was verified is still there and has not run out. */
    stillValid(handle: string): boolean {
      const [username = '', hash] = handle.split(SEPARATOR);
      return reader.credentials(username, clock.now().wall).some(({ tokenHash }) => tokenHash === hash);
    },
  };
}
