import type { PackedReadings } from '../packed.ts';
import type { ReadingsStore } from '../readings/types.ts';
import type { Settlement } from '../readings/stored.ts';

/**
 * Why InfluxDB did not take or give something; nothing of the request may be counted on.
 * `unreachable`: refused, reset, timed out, or an answer that is none. `busy`: 429, 503 or another 5xx.
 * `refused`: 401, 403 or 404: it stays so until somebody changes a token, a bucket or a right.
 * `invalid`: it answered, and what it said cannot be used (a query with an error inside a 200).
 */
export type InfluxTrouble = 'unreachable' | 'busy' | 'refused' | 'invalid';

export class InfluxFailed extends Error {
  override readonly name = 'InfluxFailed';
  readonly trouble: InfluxTrouble;
  /** HTTP status; null: none came. */
  readonly status: number | null;
  /** ms after which the server wants to be asked again; null: it did not say. */
  readonly retryAfter: number | null;
  constructor(
    message: string,
    {
      trouble,
      status = null,
      retryAfter = null,
    }: { trouble: InfluxTrouble; status?: number | null; retryAfter?: number | null },
  ) {
    super(message);
    this.trouble = trouble;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** A reading that the server will never take, with its own words. */
export interface RejectedReading {
  readonly series: number;
  /** Source time, ms epoch. */
  readonly t: number;
  readonly value: number;
  /** The server's sentence, cut to 500 characters. */
  readonly why: string;
}

/** What became of everything that one call carried. */
export interface Written {
  /** Readings or records that the server holds durably now (204). */
  readonly written: number;
  /** Older than the server's retention: not sent, or dropped by it; never to be sent again. */
  readonly tooOld: number;
  readonly rejected: readonly RejectedReading[];
  /** Lines that they came in: readings of one point and time share one. */
  readonly lines: number;
  /** HTTP requests that it took: more than one when a batch had to be halved. */
  readonly requests: number;
  /** ms that the server took to answer, all requests together. */
  readonly took: number;
}

/** A record beside the readings: an event of a device, or a transition of an alarm. */
export interface InfluxRecord {
  readonly measurement: 'events' | 'alarm_transitions';
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | string | boolean>>;
  /** ms epoch. */
  readonly at: number;
  /** What tells it from others of the same millisecond; hashed into the part below it. */
  readonly id: string;
}

/** InfluxDB as the store of record. One request is under way at a time; calls wait for each other. */
export interface InfluxStore extends ReadingsStore {
  /**
   * Sends readings in one request if the server takes them so; isolates what it rejects, halves what it finds too large.
   * Resolves when everything is either durable there, too old or rejected. Rejects with InfluxFailed otherwise: then
   * the same batch is to be sent again.
   */
  write(settlements: readonly Settlement[]): Promise<Written>;
  /**
   * The same for rows of the log in its order, which are handed over: nobody may use them afterwards. Fields that say
   * nothing are left out, see docs/influxdb.md. Calls of one `attempt` may be made before the answer to those before them is there: when one
   * fails, none of the same attempt after it is sent.
   */
  forward(rows: PackedReadings, attempt: number): Promise<Written>;
  /** The same for records; a rejected one is counted in `rejected` with series 0. */
  record(records: readonly InfluxRecord[]): Promise<Written>;
  /** What was found out about the server so far. */
  server(): InfluxServer;
  /** Identity of what is written to: changes with server address, organisation, bucket. */
  readonly target: string;
}

/**
 * ms that readings are kept there: as the server has been told, whoever told it. `ours`: until it was reached, and of a
 * generation that does not say.
 */
export function keptBy({ generation, retention }: InfluxServer, ours: number): number {
  const says = generation === 1 || generation === 2;
  return retention ?? (says ? Infinity : ours);
}

export interface InfluxServer {
  /** Null: not reached yet. */
  readonly generation: 1 | 2 | 3 | null;
  /** As the server says it: `1.6.7~rc0`, `v2.7.12`. */
  readonly version: string | null;
  /** ms that the server keeps readings; null: for ever, or not known yet. */
  readonly retention: number | null;
  /** What somebody has to do before anything can be written, as a sentence that names a setting; null: nothing. */
  readonly problem: string | null;
}
