import type { Duplex } from 'node:stream';
import type { Clock } from '../contract/clock.ts';

const LINGER_MS = 1_000;

/**
 * Closes a socket so that the peer can still read what was written last, such as a CONNACK that refuses it: closing
 * with unread input would reset the connection and take those bytes along. The input is discarded meanwhile.
 */
export function closeGently(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return;
  socket.end();
  socket.resume();
  const timer = clock.after(LINGER_MS, () => socket.destroy());
  socket.once('close', () => timer.cancel());
}
