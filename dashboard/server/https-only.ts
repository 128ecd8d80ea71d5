import type { IncomingMessage } from 'node:http';
import type { Proxies } from './proxies.ts';

/**
 * Whether a request came over HTTPS as far as it crossed a network. Behind a named HTTPS proxy nobody passes by it
 * from beyond this machine, nor comes through it without encryption: sessions and tokens would cross in clear.
 */
export function arrivedSafely(request: IncomingMessage, proxies: Proxies): boolean {
  const peer = request.socket.remoteAddress;
  if (!proxies.trusts(peer)) return isLoopback(peer);
  // One that says nothing was named as one that speaks HTTPS.
  return request.headers['x-forwarded-proto'] === undefined || /^(https|wss)$/.test(proxies.protocolOf(request));
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\./i.test(address);
}
