import type { ConnectionChange, InboundMessage, Refusal } from '../contract/message.ts';

export interface VerifiedDevice {
  readonly site: string;
  readonly device: string;
  /** The only client id this credential may connect with. */
  readonly clientId: string;
}

/** Who may connect. Synchronous and cheap: thousands reconnect at once. */
export interface CredentialStore {
  /** Constant time in the secret. */
  verify(username: string, password: Uint8Array): VerifiedDevice | 'unknown_client' | 'wrong_password';
}

/** Where messages go. */
export interface Ingress {
  /**
   * Resolves when the message and all that follows from it is committed; then it may be acknowledged.
   * Never resolves for a message that was let go unstored: its connection is closed after recovery.
   */
  accept(message: InboundMessage): Promise<void>;
  connection(change: ConnectionChange): void;
  refused(refusal: Refusal): void;
}

/** Where the broker writes its log; pino's loggers are such. */
export interface BrokerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
