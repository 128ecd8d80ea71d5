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
  const none = async (): Promise<never[]> => [];
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
    async incomingGetPacket(client: Named, { messageId }: Identified) {
      if (!sessions.isStored(client.id, messageId)) throw new Error('no such packet');
      return { messageId };
    },
    async incomingStorePacket(client: Named, { messageId }: Identified) {
      sessions.store(client.id, messageId);
    },
    async incomingDelPacket(client: Named, { messageId }: Identified) {
      sessions.released(client.id, messageId);
    },
    async cleanIncoming(client: Named) {
      sessions.end(client.id);
    },
  };
}
