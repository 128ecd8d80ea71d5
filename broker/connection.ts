import type { Duplex } from 'node:stream';
import type { ConnectPacket } from 'aedes';
import type { Clock, Instant } from '../contract/clock.ts';
import type { ConnectionEnd, Refusal, RefusalReason } from '../contract/message.ts';
import type { DeviceTopic } from '../contract/topics.ts';
import type { AedesClient } from './aedes-internals.ts';
import type { Peer } from './admission.ts';
import { createGuard, type Guard, type GuardOwner } from './guard.ts';
import type { BrokerLimits } from './limits.ts';
import { createOrdering, type Ordering } from './ordering.ts';
import type { Ingress, VerifiedDevice } from './ports.ts';
import type { Publish } from './publish-packet.ts';
import type { Allowance } from './rate.ts';

const DETAIL_LENGTH = 256;

export type Claim = Pick<ConnectPacket, 'clientId' | 'username' | 'keepalive' | 'clean' | 'protocolVersion'>;

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

/** What all connections of a broker share: none keeps a function of its own. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  readonly ingress: Ingress;
  /** Hands it to aedes. */
  handle(stream: Duplex): AedesClient;
  /** False while nothing can be committed. */
  storing(): boolean;
  nextNumber(): number;
  allowanceOf(clientId: string): Allowance;
  /** A PUBLISH of QoS 0 or 1, past aedes. */
  take(connection: Connection, publish: Publish, received: Instant): void;
  /** Nothing of a connection waits for a commit any more. */
  readonly onIdle: () => void;
  onEnded(connection: Connection): void;
}

export function createConnection(context: ConnectionContext, socket: Duplex, peer: Peer): Connection {
  return new DeviceConnection(context, socket, peer);
}

class DeviceConnection implements Connection, GuardOwner {
  readonly address: string;
  readonly guard: Guard;
  readonly client: AedesClient;
  readonly ordering: Ordering;
  claimed: Claim | null = null;
  device: VerifiedDevice | null = null;
  number = 0;
  unanswered = false;
  usual: { readonly name: string; readonly topic: DeviceTopic } | null = null;
  readonly #context: ConnectionContext;
  /** Null once it has shown who it is. */
  #peer: Peer | null;
  #connect: ConnectPacket | null = null;
  #cause: ConnectionEnd | null = null;
  #over = false;
  #finallyRefused = false;

  constructor(context: ConnectionContext, socket: Duplex, peer: Peer) {
    const { clock, limits } = context;
    this.#context = context;
    this.#peer = peer;
    this.address = peer.address;
    const connectWithin = Math.max(0, peer.since + limits.connectTimeout - clock.now().mono);
    this.ordering = createOrdering(context.onIdle);
    this.guard = createGuard({ socket, clock, limits, connectWithin, owner: this });
    this.client = context.handle(this.guard.stream);
    this.guard.stream.on('close', () => {
      this.client.close();
      this.#finish();
    });
  }

  end(): ConnectionEnd | undefined {
    return this.#endSoFar();
  }

  claim(packet: ConnectPacket): void {
    const { clientId, username, keepalive, clean, protocolVersion } = packet;
    this.claimed = { clientId, username, keepalive, clean, protocolVersion };
    this.#connect = packet;
  }

  takeConnect(): ConnectPacket | null {
    const taken = this.#connect;
    this.#connect = null;
    return taken;
  }

  authenticated(verified: VerifiedDevice): void {
    this.device = verified;
    this.usual = null;
    this.#peer?.known();
    this.#peer = null;
  }

  established(): void {
    if (this.device === null || this.#over) return;
    this.number = this.#context.nextNumber();
    const { address, number: connection } = this;
    const { site, device } = this.device;
    this.#context.ingress.connection({ kind: 'connected', site, device, connection, address, at: this.#now() });
  }

  ready(allowance: Allowance): void {
    if (!this.#over) this.guard.ready(this.claimed?.keepalive ?? 0, allowance);
  }

  leaveUnanswered(): void {
    this.unanswered = true;
  }

  refuse(reason: RefusalReason, detail: string | null, contested?: Refusal['contested']): void {
    this.#context.ingress.refused({
      at: this.#now(),
      reason,
      clientId: cut(this.claimed?.clientId),
      username: cut(this.claimed?.username),
      address: this.address,
      detail: cut(detail),
      ...(contested === undefined ? {} : { contested }),
    });
  }

  refuseFinally(reason: RefusalReason, detail: string | null): void {
    if (this.#finallyRefused || this.#over) return;
    this.#finallyRefused = true;
    this.refuse(reason, detail);
  }

  refuseSilently(): void {
    this.#finallyRefused = true;
  }

  closeAsOurs(): void {
    if (this.#over) return;
    this.#cause ??= this.#endSoFar() ?? 'ours';
    this.client.close();
    this.guard.stream.destroy();
    this.#finish();
  }

  bounded(): boolean {
    return this.#context.storing();
  }

  refreshKeepalive(): void {
    this.client._keepaliveTimer?.refresh();
  }

  published(publish: Publish, received: Instant): void {
    this.#context.take(this, publish, received);
  }

  rateHeld(): void {
    if (!this.#context.allowanceOf(this.client.id).tell()) return;
    const { perSecond } = this.#context.limits.rate;
    this.refuse('rate_held', `more than ${perSecond} messages a second: held, nothing is lost`);
  }

  #now(): Instant {
    return this.#context.clock.now();
  }

  /** A socket that is gone has ended; why, unless we did it, the device's last packet tells. */
  #endSoFar(): ConnectionEnd | undefined {
    if (this.#cause !== null) return this.#cause;
    if (this.guard.orderly) return 'disconnect';
    return this.client.closed || this.guard.stream.destroyed ? 'lost' : undefined;
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cause ??= this.#endSoFar() ?? 'lost';
    // What is still being committed stays so; there is nobody left to tell.
    this.ordering.clear();
    if (this.number > 0 && this.device !== null) {
      const { site, device } = this.device;
      const { number: connection } = this;
      const end = this.#cause;
      this.#context.ingress.connection({ kind: 'ended', site, device, connection, end, at: this.#now() });
    }
    this.#context.onEnded(this);
  }
}

function cut(text: string | null | undefined): string | null {
  return text?.slice(0, DETAIL_LENGTH) ?? null;
}
