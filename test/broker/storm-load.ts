import { connect } from 'node:net';

/**
 * Devices on raw sockets, many at once: each writes its CONNECT and all its publishes in one go and waits for what
 * comes back. A client library would be slower than the broker. Arguments: port, devices, publishes of each. Sends one
 * report when all is acknowledged.
 */

const [port = 0, devices = 0, publishes = 0] = process.argv.slice(2).map(Number);
/** The last reading of each device is ten seconds old, the one before it twenty. */
const begin = Date.now();
/** Connections being opened at one time: the backlog of a listening socket is no larger. */
const OPENING = 200;

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(first: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

function burst(device: string): Buffer {
  const name = `north.${device}`;
  const head = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 60])]);
  const connecting = packet(0x10, head, text(name), text(name), text(`secret of ${name}`));
  const messages = Array.from({ length: publishes }, (_, i) => {
    const ts = begin - (publishes - i) * 10_000;
    const payload = Buffer.from(`{"ts":${ts},"values":{"water_temperature":42.${i % 10},"humidity":61}}`);
    return packet(0x32, text(`fw/v1/north/${device}/readings`), Buffer.from([0, i + 1]), payload);
  });
  return Buffer.concat([connecting, ...messages]);
}

let connected = 0;
let acknowledged = 0;
let stray = 0;
let broken = 0;
let begun = 0;
let done = 0;
const start = performance.now();

function finishOne(): void {
  if (++done < devices) return;
  const seconds = (performance.now() - start) / 1_000;
  process.send?.({ connected, acknowledged, stray, broken, seconds });
}

function device(number: number): void {
  const socket = connect({ port, host: '127.0.0.1' });
  const marks = new Uint8Array(publishes + 1);
  let rest: Buffer = Buffer.alloc(0);
  let own = 0;
  socket.on('connect', () => socket.write(burst(`d${number}`)));
  socket.on('data', (bytes: Buffer) => {
    // CONNACK and PUBACK alike take four bytes.
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    for (; at + 4 <= all.length; at += 4) {
      if (all[at] === 0x20) {
        connected++;
        openNext();
        if (publishes === 0) finishOne();
        continue;
      }
      const id = all.readUInt16BE(at + 2);
      if (all[at] !== 0x40 || marks[id] !== 0) stray++;
      else {
        marks[id] = 1;
        acknowledged++;
        if (++own === publishes) finishOne();
      }
    }
    rest = all.subarray(at);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    broken++;
    if (own < publishes) finishOne();
  });
}

function openNext(): void {
  if (begun < devices) device(begun++);
}

for (let i = 0; i < OPENING; i++) openNext();
process.on('disconnect', () => process.exit());
