const CONNACK_HEADER = 0x20;
const PUBACK_HEADER = 0x40;

/** Acknowledgements of QoS 1, MQTT 3.1.1 section 3.4. */
export function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4);
  let at = 0;
  for (const messageId of messageIds) {
    bytes[at] = PUBACK_HEADER;
    bytes[at + 1] = 2;
    bytes.writeUInt16BE(messageId, at + 2);
    at += 4;
  }
  return bytes;
}

/** A CONNACK that says so, where it takes the connection: aedes says so only of sessions with subscriptions, which none has here. */
export function withSessionPresent(connack: Buffer): Buffer {
  if (connack[0] !== CONNACK_HEADER || connack.length < 4 || connack[3] !== 0) return connack;
  const changed = Buffer.from(connack);
  changed[2] = 1;
  return changed;
}
