/** Readings that may wait for their store; each takes about 300 bytes of memory while it does. */
export const LOG_LIMIT = 2_000_000;
/** Where people are told, and below which a log that was full takes readings again. */
const FILLING = 0.8;
/** Bytes of a reading in the log, with what SQLite adds, where it is committed alone; in a flood a third of that. */
const ROW = 64;
/** Of what the log could have of the disk it takes at most this share: its store needs room to take readings over. */
const DISK_SHARE = 0.5;
/** Bytes: with less than this free, somebody should look after the disk. */
const DISK_LOW = 256 * 1024 * 1024;

export interface LogRoomOptions {
  /** Readings that no store holds durably yet. */
  readonly waiting: () => number;
  /** Most readings that may wait. */
  readonly limit: number;
  /** Bytes that are free where the stores lie. */
  readonly freeBytes: () => number;
}

/** How much more the log of arrivals may take, while its store takes nothing from it. */
export interface LogRoom {
  /** Looks at the disk again. */
  measure(): void;
  /** Share of its cap that is taken: 1 and above is full. */
  share(): number;
  /** From its cap on, until a good part of it is settled: readings are not stored. */
  isFull(): boolean;
  isFilling(): boolean;
  diskLow(): boolean;
}

export function createLogRoom({ waiting, limit, freeBytes }: LogRoomOptions): LogRoom {
  let free = Infinity;
  let full = false;

  function share(): number {
    const bytes = waiting() * ROW;
    const ofDisk = bytes === 0 ? 0 : bytes / (bytes + free);
    return Math.max(waiting() / limit, ofDisk / DISK_SHARE);
  }

  return {
    measure() {
      try {
        free = freeBytes();
      } catch {
        // A disk that cannot even say what is free: commits will tell.
        free = Infinity;
      }
    },
    share,
    isFull() {
      const taken = share();
      full = full ? taken >= FILLING : taken >= 1;
      return full;
    },
    isFilling: () => share() >= FILLING,
    diskLow: () => free < DISK_LOW,
  };
}
