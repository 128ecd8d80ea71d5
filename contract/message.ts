import type { Instant } from './clock.ts';
import type { DeviceTopic } from './topics.ts';

/** What the broker hands to ingest: a publish whose sender was authenticated and whose topic is its own. */
export interface InboundMessage {
  readonly topic: DeviceTopic;
  readonly payload: Uint8Array;
  readonly received: Instant;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** `will`: published by the broker because the connection broke. */
  readonly origin: 'publish' | 'will';
}

/** Why a connection ended, as far as the device is concerned. */
export type ConnectionEnd =
  | 'disconnect' // orderly: silence decides from here
  | 'lost' // broken, keepalive, protocol error: offline after its delay
  | 'ours'; // takeover, shutdown, back-pressure: no fault of the device

export type ConnectionChange =
  | {
      readonly kind: 'connected';
      readonly site: string;
      readonly device: string;
      /** Distinguishes a takeover's new connection from the old one's late end. */
      readonly connection: number;
      readonly address: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'ended';
      readonly site: string;
      readonly device: string;
      readonly connection: number;
      readonly end: ConnectionEnd;
      readonly at: Instant;
    };

export const REFUSAL_REASONS = [
  'unknown_client',
  'wrong_password',
  'no_credentials',
  'client_id_mismatch',
  'foreign_topic',
  'unknown_topic',
  'subscription',
  'packet_too_large',
  'protocol_error',
  'connect_timeout',
  'keepalive_required',
  'too_many_connections',
  /** Over its rate: held back, not refused; told at most once a minute. */
  'rate_held',
  /** Two clients with one identity push each other out; `detail` names both addresses. */
  'identity_conflict',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Something the broker did not accept. Every text here was typed by a stranger: escape it where shown. */
export interface Refusal {
  readonly at: Instant;
  readonly reason: RefusalReason;
  readonly clientId: string | null;
  readonly username: string | null;
  readonly address: string;
  /** The topic or filter refused, cut to 256 characters. */
  readonly detail: string | null;
  /** Where two clients have one identity: whose, and from where they come. */
  readonly contested?: { readonly site: string; readonly device: string; readonly addresses: readonly string[] };
}
