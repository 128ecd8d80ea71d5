import { Readable } from 'node:stream';
import type { Sessions } from './sessions.ts';

interface Named {
  readonly id: string;
}
interface Identified {
  readonly messageId: number;
}

/**
 * aedes' store of sessions, which here keeps nothing but the identifiers of QoS 2 messages. Nobody may subscribe, so
 * there is nobody to whom a retained message or an offline queue could ever be delivered: kept, they would only grow.
 * Wills stay with their connection; one that outlives it would be our own crash, which is no device's fault.
 */
export function createPersistence(sessions: Sessions) {
  const nothing = async (): Promise<void> => {};
  const none = (): Promise<never[]> => Promise.resolve([]);
  return {
    // aedes insists on an async function here.
    async setup() {},
    storeRetained: nothing,
    createRetainedStreamCombi: () => Readable.from([]),
    addSubscriptions: nothing,
    removeSubscriptions: nothing,
    cleanSubscriptions: nothing,
    subscriptionsByClient: none,
    subscriptionsByTopic: none,
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: nothing,
    outgoingClearMessageId: nothing,
    outgoingStream: () => Readable.from([]),
    putWill: nothing,
    delWill: nothing,
    streamWill: () => Readable.from([]),
    incomingGetPacket: (client: Named, { messageId }: Identified) =>
      sessions.isStored(client.id, messageId)
        ? Promise.resolve({ messageId })
        : Promise.reject(new Error('no such packet')),
    incomingStorePacket: (client: Named, { messageId }: Identified) =>
      Promise.try(() => sessions.store(client.id, messageId)),
    incomingDelPacket: (client: Named, { messageId }: Identified) =>
      Promise.try(() => sessions.released(client.id, messageId)),
    cleanIncoming: (client: Named) => Promise.try(() => sessions.end(client.id)),
  };
}
