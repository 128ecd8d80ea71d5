import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

export interface RawScreen {
  readonly socket: Socket;
  /** One text frame, masked as a client has to (RFC 6455, 5.3); at most 65,535 bytes. */
  send(text: string): void;
}

/** A WebSocket without any library behind it: it can stop reading, answer no close, or send what no client would. */
export function rawScreen(url: string, headers: Record<string, string>, query = ''): Promise<RawScreen> {
  return new Promise((resolve, reject) => {
    const opening = request(`${url}/socket.io/?EIO=4&transport=websocket${query}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    });
    opening.on('error', reject);
    opening.on('response', (answer) => {
      answer.resume();
      reject(new Error(`refused with ${answer.statusCode}`));
    });
    opening.on('upgrade', (_answer, socket: Socket) => {
      socket.on('error', () => undefined);
      resolve({ socket, send: (text) => void socket.write(frame(text)) });
    });
    opening.end();
  });
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const long = payload.length > 125;
  const head = Buffer.from([
    0x81,
    0x80 | (long ? 126 : payload.length),
    ...(long ? [payload.length >> 8, payload.length & 255] : []),
  ]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}
