import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface Proxies {
  trusts(address: string | undefined): boolean;
  /** Of the peer, or of whom a named proxy says that it speaks for. */
  addressOf(request: IncomingMessage): string;
  /** Of the last hop that a named proxy tells of; else that of the connection itself. */
  protocolOf(request: IncomingMessage): string;
}

/** The proxies that an operator named, as addresses and networks such as `10.0.0.0/8`. Nobody else's headers count. */
export function namedProxies(named: readonly string[]): Proxies {
  const list = new BlockList();
  for (const entry of named) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }

  function trusts(address: string | undefined): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  }

  return {
    trusts,
    addressOf(request) {
      let address = plainAddress(request.socket.remoteAddress);
      const claimed = listOf(request, 'x-forwarded-for');
      while (trusts(address)) {
        const next = claimed.pop();
        if (next === undefined) break;
        address = plainAddress(next);
      }
      return address;
    },
    protocolOf(request) {
      const own = 'encrypted' in request.socket && request.socket.encrypted === true ? 'https' : 'http';
      if (!trusts(request.socket.remoteAddress)) return own;
      return listOf(request, 'x-forwarded-proto').at(-1)?.toLowerCase() ?? own;
    },
  };
}

function listOf(request: IncomingMessage, header: string): string[] {
  const value = [request.headers[header] ?? []].flat().join(',');
  return value === '' ? [] : value.split(',').map((part) => part.trim());
}

/** An IPv4 address stays one where the socket listens on IPv6 too. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=[0-9.]+$)/i, '');
}
