import type { Socket } from 'node:net';
import type { Clock } from '../contract/clock.ts';
import type { BrokerLimits } from './limits.ts';

/** ms that a connection is let be before it has to make room: a device says who it is in less. */
const LET_BE = 1_000;

/** An accepted connection. */
export interface Peer {
  readonly address: string;
  /** When it was accepted, monotonic ms. */
  readonly since: number;
  /** It has shown who it is: from now on it makes room for nobody. */
  known(): void;
}

export interface AdmissionOptions {
  readonly limits: Pick<BrokerLimits, 'connections' | 'connectionsPerAddress'>;
  readonly clock: Clock;
  /** A connection that had not said who it is was closed, as all are taken. */
  readonly onMadeRoom: (address: string, waited: number) => void;
}

export interface Admission {
  /** What was let in; as a text: how many there are, and there is no room. */
  admit(socket: Socket, address: string): Peer | string;
  destroyAll(): void;
}

/**
 * Counts the open sockets, of all and of one address. Where all are taken, one that keeps silent makes room: else
 * whoever opens connections and says nothing would keep every device out.
 */
export function createAdmission({ limits, clock, onMadeRoom }: AdmissionOptions): Admission {
  const sockets = new Map<Socket, string>();
  /** Those that have not shown who they are, the oldest first. */
  const strangers = new Map<Socket, Peer>();
  const perAddress = new Map<string, number>();
  const countOf = (address: string): number => perAddress.get(address) ?? 0;

  function leave(socket: Socket): void {
    const address = sockets.get(socket);
    if (address === undefined) return;
    sockets.delete(socket);
    strangers.delete(socket);
    const left = countOf(address) - 1;
    if (left > 0) perAddress.set(address, left);
    else perAddress.delete(address);
  }

  /** True: somebody had to go. Where one address has all that it may have, it is one of its own. */
  function makeRoom(address: string): boolean {
    const { mono } = clock.now();
    const isCrowded = countOf(address) >= limits.connectionsPerAddress;
    for (const [socket, stranger] of strangers) {
      if (mono - stranger.since < LET_BE) return false;
      if (isCrowded && stranger.address !== address) continue;
      leave(socket);
      socket.destroy();
      onMadeRoom(stranger.address, mono - stranger.since);
      return true;
    }
    return false;
  }

  /** One function for all: each open connection would keep its own. */
  function onClose(this: Socket): void {
    leave(this);
  }

  return {
    admit(socket, address) {
      const same = countOf(address);
      const isFull = sockets.size >= limits.connections || same >= limits.connectionsPerAddress;
      if (isFull && !makeRoom(address))
        return `${sockets.size} connections are open, ${same} of them from this address`;
      const stranger = { address, since: clock.now().mono, known: () => void strangers.delete(socket) };
      sockets.set(socket, address);
      strangers.set(socket, stranger);
      perAddress.set(address, countOf(address) + 1);
      socket.on('close', onClose);
      return stranger;
    },
    destroyAll() {
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}
