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
  let line: { readonly waiting: Waiting; ready: boolean }[] = [];
  let first = 0;
  let bytes = 0;

  function advance(): void {
    if (line[first]?.ready !== true) return;
    for (let entry = line[first]; entry?.ready === true; entry = line[first]) {
      first++;
      bytes -= entry.waiting.bytes;
      entry.waiting.answer();
    }
    if (first === line.length) {
      line.length = 0;
      first = 0;
    } else if (first > 1_000) {
      line = line.slice(first);
      first = 0;
    }
    if (line.length === 0) onEmpty();
  }

  return {
    add(waiting) {
      const entry = { waiting, ready: false };
      line.push(entry);
      bytes += waiting.bytes;
      return () => {
        entry.ready = true;
        advance();
      };
    },
    size: () => line.length - first,
    bytes: () => bytes,
    awaited: () => line.slice(first).some(({ waiting }) => waiting.qos > 0),
    clear() {
      const dropped = line.slice(first);
      line = [];
      first = 0;
      bytes = 0;
      for (const { waiting } of dropped) waiting.drop();
      onEmpty();
    },
  };
}
