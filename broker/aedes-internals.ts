import type { Client } from 'aedes';

/** What aedes 1.2.0 keeps on a client and says nothing of in its types. */
export interface AedesClient extends Client {
  /** Counts one message as done and reads on; reads nothing while others are still counted. */
  readonly _nextBatch: () => void;
  readonly _keepaliveTimer: NodeJS.Timeout | null;
}

/** @throws Error when aedes is not the version whose source this was read from. */
export function internalsOf(client: Client): AedesClient {
  if (!hasInternals(client)) {
    throw new Error(
      'aedes has other internals than 1.2.0: install exactly that version, or read its lib/client.js anew',
    );
  }
  return client;
}

function hasInternals(client: Client): client is AedesClient {
  return '_nextBatch' in client && typeof client._nextBatch === 'function' && '_keepaliveTimer' in client;
}
