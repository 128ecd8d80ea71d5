/** MQTT 3.1.1 packets as bytes, made once and patched for each message: a client library would be the bottleneck. */

export function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

export function connectPacket(username: string, password: string): Buffer {
  const head = Buffer.concat([field('MQTT'), Buffer.from([4, 0xc2, 0, 120])]);
  return packet(0x10, head, field(username), field(username), field(password));
}

/** QoS 1, with its packet id behind the topic. */
export function publishPacket(topic: string, id: number, payload: string | Buffer): Buffer {
  return packet(0x32, field(topic), Buffer.from([id >> 8, id & 0xff]), Buffer.from(payload));
}

export interface Template {
  /** The next message: another id, time and value, in the same bytes. */
  next(id: number, ts: number): Buffer;
}

/** Stands for the time of a message, as often as its payload says it. */
export const TIME = '1000000000000';

/** Messages of one device; all that ends in `.3` goes up and down by a tenth. */
export function messageTemplate(topic: string, payload: string): Template {
  const bytes = publishPacket(topic, 0, payload);
  const start = bytes.length - payload.length;
  const placesOf = (pattern: RegExp) => [...payload.matchAll(pattern)].map(({ index }) => start + index);
  const digits = placesOf(/(?<=\.)3\b/g);
  const times = placesOf(new RegExp(TIME, 'g'));
  let turn = 0;
  return {
    next(id, ts) {
      bytes.writeUInt16BE(id, start - 2);
      for (const at of times) bytes.write(String(ts), at, 'latin1');
      turn ^= 1;
      for (const digit of digits) bytes[digit] = 0x33 + turn;
      return Buffer.from(bytes);
    },
  };
}

/** Counts what comes back by its first byte; CONNACK and PUBACK alike take four bytes. */
export function answers(onConnack: () => void, onPuback: (id: number) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    for (; at + 4 <= all.length; at += 4) {
      if (all[at] === 0x20) onConnack();
      else onPuback(all.readUInt16BE(at + 2));
    }
    rest = all.subarray(at);
  };
}
