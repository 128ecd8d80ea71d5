import { Type, type Static } from 'typebox';
import { EpochMs } from './ids.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Where an InfluxDB that keeps the readings stands; sums count from our start. */
export const OutsideStore = Type.Object({
  /** `untried`: nothing was sent yet. `invalid`: something answers, and not as InfluxDB does. */
  state: Type.Enum(['takes', 'refuses', 'unreachable', 'invalid', 'untried']),
  /** What it, or the network, said; null: no trouble. */
  words: nullable(Type.String()),
  /** What it says of readings that it rejects while it takes others; null: it takes all, as far as is known. */
  rejects: nullable(Type.String()),
  /** The same of events and transitions of alarms. */
  rejectsRecords: nullable(Type.String()),
  generation: nullable(Type.Integer()),
  version: nullable(Type.String()),
  /** Readings that it took. */
  readings: Type.Integer(),
  /** Readings that it rejected, each in the quarantine. */
  isolated: Type.Integer(),
  /** Readings older than what it keeps. */
  tooOld: Type.Integer(),
  /** Events and transitions that it rejected; the ledger has them. */
  recordsRejected: Type.Integer(),
  /** Events and transitions older than what it, or the ledger, keeps. */
  recordsTooOld: Type.Integer(),
  /** Batches of readings by what became of them. */
  batches: Type.Object({
    written: Type.Integer(),
    unreachable: Type.Integer(),
    busy: Type.Integer(),
    refused: Type.Integer(),
    invalid: Type.Integer(),
    /** By nothing that the server did. */
    failed: Type.Integer(),
  }),
  /** Attempts that failed; what they carried is sent again. */
  failures: Type.Integer(),
  lastWriteAt: nullable(EpochMs),
  /** ms that it took to answer then. */
  lastTook: Type.Number(),
  /** Events and transitions of alarms that it does not hold yet. */
  recordsWaiting: Type.Integer(),
});
export type OutsideStore = Static<typeof OutsideStore>;

/** How what comes in is stored. */
export const StorageView = Type.Object({
  /** False while nothing can be committed. */
  storing: Type.Boolean(),
  /** Readings in the ledger that their store does not hold yet. */
  waiting: Type.Integer(),
  /** Readings that may wait; from there on, or sooner where the disk is short, no more are stored. */
  cap: Type.Integer(),
  /** Receipt of the oldest of them. */
  oldestAt: nullable(EpochMs),
  /** Null: readings are kept in `readings.db`. */
  store: nullable(OutsideStore),
});
export type StorageView = Static<typeof StorageView>;
