import type { RateLimit } from './rate.ts';

/** What one connection, and all of them together, may cost. */
export interface BrokerLimits {
  /** Longest Remaining Length of any packet that is not a PUBLISH, and so of all that an unknown client can send. Bytes. */
  readonly controlPacket: number;
  /** Longest Remaining Length of a PUBLISH, in bytes; one hundred readings take about 8 kB. */
  readonly publishPacket: number;
  /** From the accepted socket to the complete CONNECT, in ms. */
  readonly connectTimeout: number;
  /**
   * Longest keepalive in seconds. A broken connection is noticed after 1.5 times the keepalive, so one of 0 (never)
   * or of hours would hide that a device is gone: such a CONNECT is refused, with a recorded reason, rather than cut
   * off later by a limit the device does not know of.
   */
  readonly maxKeepalive: number;
  /** Messages of one connection that are not committed yet: at the bound its socket is no longer read. */
  readonly inFlight: number;
  /** The same bound in bytes; one message is let through whatever its size. */
  readonly inFlightBytes: number;
  readonly connections: number;
  /** A gateway's devices share one address: far below this is no sign of an attack. */
  readonly connectionsPerAddress: number;
  /** What a device may send; over it, its socket is not read for a while. Nothing is refused or lost. */
  readonly rate: RateLimit;
  /** How long an orderly close waits for messages that are being committed, in ms. */
  readonly closeGrace: number;
}

export const DEFAULT_LIMITS: BrokerLimits = {
  controlPacket: 8_192,
  publishPacket: 262_144,
  connectTimeout: 10_000,
  maxKeepalive: 1_200,
  inFlight: 40,
  inFlightBytes: 1_048_576,
  connections: 10_000,
  connectionsPerAddress: 5_000,
  rate: { perSecond: 1_000, burst: 10_000 },
  closeGrace: 2_000,
};
