import { createHash } from 'node:crypto';

/** As many QoS 2 messages as one client may leave without its PUBREL. */
const MAX_UNRELEASED = 1_000;

interface Delivery {
  /** Of topic and payload: a device that lost its memory may begin again with the same ids. */
  readonly content: string;
  readonly committed: Promise<void>;
  settled: boolean;
}

interface Session {
  /** Handed on once, whatever became of the connection since. */
  readonly deliveries: Map<number, Delivery>;
  /** Ids for which aedes has written, or is about to write, a PUBREC. */
  readonly stored: Set<number>;
}

interface SessionMessage {
  readonly clientId: string;
  readonly messageId: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/**
 * What a QoS 2 client may rely on from PUBLISH to PUBREL, over its reconnections unless it asks for a clean session
 * (MQTT 3.1.1 section 4.3.3, method A): a message of one packet identifier is handed on once. Identifiers and digests only, no
 * messages; in memory, so that after a restart of ours the readings' own keys deduplicate.
 */
export interface Sessions {
  /** A client that wants its session kept: whether there is one of it already [MQTT-3.2.2-2]. */
  begin(clientId: string): boolean;
  /** Delivers unless this id with this content is delivered already or being delivered; resolves when it is committed. */
  once(message: SessionMessage, deliver: () => Promise<void>): Promise<void>;
  /** This id's message was let go unstored: what comes next under it is new. */
  forget(clientId: string, messageId: number): void;
  /** The same for all that is not committed. */
  forgetUncommitted(): void;
  isStored(clientId: string, messageId: number): boolean;
  /** @throws Error when the client leaves too many without PUBREL. */
  store(clientId: string, messageId: number): void;
  released(clientId: string, messageId: number): void;
  end(clientId: string): void;
}

export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();

  function of(clientId: string): Session {
    const known = sessions.get(clientId) ?? { deliveries: new Map<number, Delivery>(), stored: new Set<number>() };
    sessions.set(clientId, known);
    return known;
  }

  return {
    begin(clientId) {
      const known = sessions.has(clientId);
      of(clientId);
      return known;
    },
    once({ clientId, messageId, topic, payload }, deliver) {
      const { deliveries } = of(clientId);
      const content = createHash('sha256').update(topic).update('\0').update(payload).digest('base64');
      const known = deliveries.get(messageId);
      if (known?.content === content) return known.committed;
      // Over reconnections too: what aedes has stored is a part of them.
      if (known === undefined && deliveries.size >= 2 * MAX_UNRELEASED)
        return Promise.reject(new Error(`${2 * MAX_UNRELEASED} QoS 2 messages without a PUBREL`));
      const delivery: Delivery = { content, committed: deliver(), settled: false };
      deliveries.set(messageId, delivery);
      delivery.committed.then(
        () => (delivery.settled = true),
        () => {
          if (deliveries.get(messageId) === delivery) deliveries.delete(messageId);
        },
      );
      return delivery.committed;
    },
    forget(clientId, messageId) {
      sessions.get(clientId)?.deliveries.delete(messageId);
    },
    forgetUncommitted() {
      for (const { deliveries } of sessions.values()) {
        for (const [id, { settled }] of deliveries) if (!settled) deliveries.delete(id);
      }
    },
    isStored: (clientId, messageId) => sessions.get(clientId)?.stored.has(messageId) ?? false,
    store(clientId, messageId) {
      const { stored } = of(clientId);
      if (stored.size >= MAX_UNRELEASED) throw new Error(`${MAX_UNRELEASED} QoS 2 messages without a PUBREL`);
      stored.add(messageId);
    },
    released(clientId, messageId) {
      const session = sessions.get(clientId);
      session?.deliveries.delete(messageId);
      session?.stored.delete(messageId);
    },
    end(clientId) {
      sessions.delete(clientId);
    },
  };
}
