import type { ConnectPacket } from 'aedes';
import type { Clock } from '../contract/clock.ts';
import type { ConnectionEnd, Refusal, RefusalReason } from '../contract/message.ts';
import type { DeviceTopic } from '../contract/topics.ts';
import type { AedesClient } from './aedes-internals.ts';
import type { Guard } from './guard.ts';
import { createOrdering, type Ordering } from './ordering.ts';
import type { Ingress, VerifiedDevice } from './ports.ts';
import type { Allowance } from './rate.ts';

const DETAIL_LENGTH = 256;

export type Claim = Pick<ConnectPacket, 'clientId' | 'username' | 'keepalive' | 'clean' | 'protocolVersion'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One socket of a device, from its acceptance to its end. */
export interface Connection {
  readonly address: string;
  readonly guard: Guard;
  readonly client: AedesClient;
  readonly ordering: Ordering;
  /** What the peer said of itself; its password is not kept. */
  readonly claimed: Claim | null;
  /** Who it is; null until authenticated. */
  readonly device: VerifiedDevice | null;
  /** The one reported with its changes; 0 before it is established. */
  readonly number: number;
  /** A message of QoS 1 or 2 was let go without an answer. */
  readonly unanswered: boolean;
  /** The topic that it last published to, found to be its own. */
  usual: { readonly name: string; readonly topic: DeviceTopic } | null;
  /** Undefined while it lasts. */
  end(): ConnectionEnd | undefined;
  claim(connect: ConnectPacket): void;
  /** The CONNECT, once: it holds the password. */
  takeConnect(): ConnectPacket | null;
  authenticated(device: VerifiedDevice): void;
  /** Authenticated and alone under its client id; CONNACK is about to be sent. */
  established(): void;
  /** CONNACK was sent: its messages may come. */
  ready(allowance: Allowance): void;
  leaveUnanswered(): void;
  refuse(reason: RefusalReason, detail: string | null, contested?: Refusal['contested']): void;
  /** The same for a fault that ends the connection, unless one was reported already. */
  refuseFinally(reason: RefusalReason, detail: string | null): void;
  /** It is being refused for what was reported a short while ago. */
  refuseSilently(): void;
  /** Ends it for a reason of ours: no fault of the device, and its will is not published. */
  closeAsOurs(): void;
}

export interface ConnectionOptions {
  readonly address: string;
  readonly guard: Guard;
  readonly client: AedesClient;
  readonly clock: Clock;
  readonly ingress: Ingress;
  readonly nextNumber: () => number;
  /** It has shown who it is. */
  readonly onKnown: () => void;
  /** Nothing of it waits for a commit any more. */
  readonly onIdle: () => void;
  readonly onEnded: (connection: Connection) => void;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { address, guard, client, clock, ingress } = options;
  const ordering = createOrdering(options.onIdle);
  let connect: ConnectPacket | null = null;
  let cause: ConnectionEnd | null = null;
  let over = false;
  let finallyRefused = false;

  /** A socket that is gone has ended; why, unless we did it, the device's last packet tells. */
  function endSoFar(): ConnectionEnd | undefined {
    if (cause !== null) return cause;
    if (guard.orderly) return 'disconnect';
    return client.closed || guard.stream.destroyed ? 'lost' : undefined;
  }

  function finish(): void {
    if (over) return;
    over = true;
    cause ??= endSoFar() ?? 'lost';
    // What is still being committed stays so; there is nobody left to tell.
    ordering.clear();
    if (self.number > 0 && self.device !== null) {
      const { site, device } = self.device;
      ingress.connection({ kind: 'ended', site, device, connection: self.number, end: cause, at: clock.now() });
    }
    options.onEnded(self);
  }

  // No accessors: with them V8 keeps a hash table for each of thousands of connections.
  const self: Mutable<Connection> = {
    address,
    guard,
    client,
    ordering,
    claimed: null,
    device: null,
    number: 0,
    unanswered: false,
    usual: null,
    end: endSoFar,
    claim(packet) {
      const { clientId, username, keepalive, clean, protocolVersion } = packet;
      self.claimed = { clientId, username, keepalive, clean, protocolVersion };
      connect = packet;
    },
    takeConnect() {
      const taken = connect;
      connect = null;
      return taken;
    },
    authenticated(verified) {
      self.device = verified;
      self.usual = null;
      options.onKnown();
    },
    established() {
      if (self.device === null || over) return;
      self.number = options.nextNumber();
      const { site, device } = self.device;
      ingress.connection({ kind: 'connected', site, device, connection: self.number, address, at: clock.now() });
    },
    ready(allowance) {
      if (!over) guard.ready(self.claimed?.keepalive ?? 0, allowance);
    },
    leaveUnanswered() {
      self.unanswered = true;
    },
    refuse(reason, detail, contested) {
      ingress.refused({
        at: clock.now(),
        reason,
        clientId: cut(self.claimed?.clientId),
        username: cut(self.claimed?.username),
        address,
        detail: cut(detail),
        ...(contested === undefined ? {} : { contested }),
      });
    },
    refuseFinally(reason, detail) {
      if (finallyRefused || over) return;
      finallyRefused = true;
      self.refuse(reason, detail);
    },
    refuseSilently() {
      finallyRefused = true;
    },
    closeAsOurs() {
      if (over) return;
      cause ??= endSoFar() ?? 'ours';
      client.close();
      guard.stream.destroy();
      finish();
    },
  };
  guard.stream.on('close', finish);
  return self;
}

function cut(text: string | null | undefined): string | null {
  return text?.slice(0, DETAIL_LENGTH) ?? null;
}
