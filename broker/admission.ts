import type { Socket } from 'node:net';
import type { BrokerLimits } from './limits.ts';

export interface Admission {
  /** Undefined when there is room; else how many there are. */
  admit(socket: Socket, address: string): string | undefined;
  destroyAll(): void;
}

/** Counts the open sockets, of all and of one address. */
export function createAdmission(limits: Pick<BrokerLimits, 'connections' | 'connectionsPerAddress'>): Admission {
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const countOf = (address: string): number => perAddress.get(address) ?? 0;

  return {
    admit(socket, address) {
      const same = countOf(address);
      if (sockets.size >= limits.connections || same >= limits.connectionsPerAddress) {
        return `${sockets.size} connections are open, ${same} of them from this address`;
      }
      sockets.add(socket);
      perAddress.set(address, same + 1);
      socket.once('close', () => {
        sockets.delete(socket);
        const left = countOf(address) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      });
      return undefined;
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
