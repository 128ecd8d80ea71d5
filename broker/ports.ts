import type { ConnectionChange, InboundMessage, Refusal } from '../contract/message.ts';

export interface VerifiedDevice {
  readonly site: string;
  readonly device: string;
  /** The only client id this credential may connect with. */
  readonly clientId: string;
  /** What `stillValid` is asked with: opaque here, never shown or logged. */
  readonly handle?: string;
}

/** Who may connect. Synchronous and cheap: thousands reconnect at once. */
export interface CredentialStore {
  /** Constant time in the secret. */
  verify(username: string, password: Uint8Array): VerifiedDevice | 'unknown_client' | 'wrong_password';
  /**
   * Whether the credential that was verified still stands: it was not rotated away, has not run out, and its device
   * was not removed. Asked of every open connection again and again; without it, an open one lasts as long as it likes.
   */
  stillValid?(handle: string): boolean;
}

/** Where messages go. */
export interface Ingress {
  /**
   * Resolves when the message and all that follows from it is committed; then it may be acknowledged.
   * Never resolves for a message that was let go unstored: its connection is closed after recovery.
   */
  accept(message: InboundMessage): Promise<void>;
  /** The same for the tens of thousands a second: calls `committed` instead of resolving. What it throws is a rejection. */
  take?(message: InboundMessage, committed: () => void): void;
  connection(change: ConnectionChange): void;
  refused(refusal: Refusal): void;
}

/** Where the broker writes its log; pino's loggers are such. */
export interface BrokerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
