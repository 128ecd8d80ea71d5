/** One message that waits for its answer. */
export interface Waiting {
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  /** Runs in its turn. */
  answer(): void;
  /** Runs instead of `answer` where none is given any more. */
  drop(): void;
}

export interface Ordering {
  /** Returns what is called once the message may be answered. */
  add(waiting: Waiting): () => void;
  size(): number;
  bytes(): number;
  /** Whether a device will send something again if it gets no answer. */
  awaited(): boolean;
  /** Drops all that waits. */
  clear(): void;
}

/**
 * Answers leave in the order in which the messages came, whatever order they are committed in: MQTT asks for it
 * [MQTT-4.6.0-2], and aedes acknowledges in the order in which it is called back. `onEmpty` runs when nothing waits
 * any more.
 */
export function createOrdering(onEmpty: () => void): Ordering {
  return new ArrivalOrder(onEmpty);
}

interface Entry {
  readonly waiting: Waiting;
  ready: boolean;
}

class ArrivalOrder implements Ordering {
  readonly #onEmpty: () => void;
  #line: Entry[] = [];
  #first = 0;
  #bytes = 0;

  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  add(waiting: Waiting): () => void {
    const entry = { waiting, ready: false };
    this.#line.push(entry);
    this.#bytes += waiting.bytes;
    return () => {
      entry.ready = true;
      this.#advance();
    };
  }

  size(): number {
    return this.#line.length - this.#first;
  }

  bytes(): number {
    return this.#bytes;
  }

  awaited(): boolean {
    return this.#rest().some(({ waiting }) => waiting.qos > 0);
  }

  clear(): void {
    const dropped = this.#rest();
    this.#line = [];
    this.#first = 0;
    this.#bytes = 0;
    for (const { waiting } of dropped) waiting.drop();
    this.#onEmpty();
  }

  #rest(): readonly Entry[] {
    return this.#line.slice(this.#first);
  }

  #advance(): void {
    if (this.#line[this.#first]?.ready !== true) return;
    // Looked up anew each time: an answer may end the connection, which clears the line.
    for (let entry = this.#line[this.#first]; entry?.ready === true; entry = this.#line[this.#first]) {
      this.#first++;
      this.#bytes -= entry.waiting.bytes;
      entry.waiting.answer();
    }
    if (this.#first === this.#line.length) {
      this.#line.length = 0;
      this.#first = 0;
    } else if (this.#first > 1_000) {
      this.#line = this.#line.slice(this.#first);
      this.#first = 0;
    }
    if (this.#line.length === 0) this.#onEmpty();
  }
}
