import type { QuarantineEntry } from '../../contract/quarantine.ts';

/** Something that walks the line: a message, a tick, a command, a registry change. */
export interface Item {
  /** Changes the world's uncommitted layer; repeated after a rollback. */
  judge(): void;
  /** Its effects are committed. */
  done(): void;
  /** Judged and shown, but not stored: a message stays unacknowledged, a command is refused. */
  letGo(): void;
  /**
   * A command: makes no sense unless it is stored. Commands are committed apart from what devices send. Refused instead
   * of judged while nothing at all can be committed, and taken back when its commit fails.
   */
  readonly storedOnly?: boolean;
  /**
   * A command that was refused turned out to be in the ledger: its writer was lost before it could answer. Makes the
   * state have it; what it books in the journals is there already.
   */
  found?(): void;
  /** What is kept of an item whose effects cannot be committed although others' can. */
  offends(error: unknown): readonly QuarantineEntry[];
}
