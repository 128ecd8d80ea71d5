import { hashToken, newToken } from '../ingest/stores/ledger/tokens.ts';
import type { Stores } from '../ingest/stores/open.ts';

const SETUP_LINK_MS = 30 * 60_000;

/** A link that works once and for 30 minutes, with which the administrator is made. The token stays out of every request line. */
export async function setupLink(
  { url, stores }: { url: string; stores: Stores },
  { at }: { at: number },
): Promise<string> {
  const token = newToken();
  const tokenHash = hashToken(stores.key, token);
  await stores.ledger.commit({
    at,
    accounts: [{ op: 'link.create', tokenHash, purpose: 'setup', username: null, at, expiresAt: at + SETUP_LINK_MS }],
  });
  return `${url}/setup#${token}`;
}
