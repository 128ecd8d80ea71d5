import type { Client } from 'aedes';
import mqttPacket, { type Parser } from 'mqtt-packet';

/** What aedes 1.2.0 keeps on a client and says nothing of in its types. */
export interface AedesClient extends Client {
  /** Counts one message as done and reads on; reads nothing while others are still counted. */
  readonly _nextBatch: () => void;
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  _parser: ClientParser;
  subscriptions: object;
  duplicates: object;
  deliver0: Deliver;
  deliverQoS: Deliver;
  /** Stops watching its stream for the end. */
  _eos: () => void;
}

type Deliver = (packet: object, done: () => void) => void;

/** As much of a parser as aedes uses of a client's. */
interface ClientParser {
  /** What came before CONNACK; null: nothing is kept any more. */
  _queue: unknown[] | null;
  parse(bytes: Buffer): unknown;
  listeners?(event: string): unknown[];
  removeAllListeners(event: string): unknown;
}

type OnPacket = (this: ParserOfClient, packet: object) => void;
type ParserOfClient = Parser & { client?: AedesClient; _queue?: unknown[] | null };

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
  return (
    '_nextBatch' in client &&
    typeof client._nextBatch === 'function' &&
    '_keepaliveTimer' in client &&
    '_parser' in client &&
    'subscriptions' in client &&
    'duplicates' in client &&
    'deliver0' in client &&
    'deliverQoS' in client &&
    '_eos' in client &&
    typeof client._eos === 'function'
  );
}

/** mqtt-packet would keep each of the 65,536 numbers of two bytes as a buffer: 8 MB, for few numbers that are written. */
export function keepNoNumbers(): void {
  mqttPacket.writeToStream.cacheNumbers = false;
}

/** Nobody subscribes and nothing is forwarded: what stands under a filter or a broker's id is nothing, for everybody. */
const NOTHING: object = Object.freeze({ __proto__: null });
const deliverNothing: Deliver = (_packet, done) => void setImmediate(done);
const noop = (): void => {};

/**
 * Gives back what a connected client does not need while it is silent: a third of what its connection takes. With it
 * goes the CONNECT, and so the password, which its parser would keep to the end. From here on the client is to be closed
 * by whoever sees its stream close: it does not watch for that any more.
 */
export function rest(client: AedesClient): void {
  const [onPacket] = client._parser.listeners?.('packet') ?? [];
  if (typeof onPacket !== 'function') return;
  client._parser.removeAllListeners('packet');
  client._parser = new PassingParser(client, onPacket as OnPacket);
  client.subscriptions = NOTHING;
  client.duplicates = NOTHING;
  client.deliver0 = deliverNothing;
  client.deliverQoS = deliverNothing;
  client._eos();
  client._eos = noop;
}

/** Parses with a parser of the moment: whole packets only come this way, so that nothing has to be kept between them. */
class PassingParser implements ClientParser {
  _queue = null;
  readonly #client: AedesClient;
  readonly #onPacket: OnPacket;
  #closed = false;

  constructor(client: AedesClient, onPacket: OnPacket) {
    this.#client = client;
    this.#onPacket = onPacket;
  }

  parse(bytes: Buffer): void {
    const parser: ParserOfClient = mqttPacket.parser();
    parser.client = this.#client;
    parser._queue = null;
    parser.on('packet', (packet) => {
      if (!this.#closed) this.#onPacket.call(parser, packet);
    });
    parser.on('error', (error: Error) => this.#client.emit('error', error));
    parser.parse(bytes);
  }

  /** The client is closed: what stands behind in the same bytes is not looked at. */
  removeAllListeners(): void {
    this.#closed = true;
  }
}
