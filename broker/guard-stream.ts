import { Duplex } from 'node:stream';

/** What stands behind the stream that aedes is given. */
export interface StreamOwner {
  /** aedes wants to read. */
  wanted(): void;
  /** `done` runs when it was written, or nothing can be written any more. */
  send(bytes: Buffer, done: () => void): void;
  /** Nothing more will be written. */
  finished(): void;
  closed(): void;
  /** What was written has been fetched. */
  drained(): void;
}

/** A class, with its functions on the prototype: those that Duplex takes as options would be kept for each connection. */
export class GuardStream extends Duplex {
  readonly #owner: StreamOwner;

  constructor(owner: StreamOwner) {
    super();
    this.#owner = owner;
    this.on('drain', onDrain);
  }

  drained(): void {
    this.#owner.drained();
  }

  override _read(): void {
    this.#owner.wanted();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#owner.send(chunk, done);
  }

  /** One PUBACK is four small writes: joined, or throughput falls to a quarter. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    const [first] = chunks;
    const bytes = chunks.length === 1 && first ? first.chunk : Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#owner.send(bytes, done);
  }

  override _final(done: () => void): void {
    this.#owner.finished();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#owner.closed();
    done(error);
  }
}

function onDrain(this: GuardStream): void {
  this.drained();
}
