import { once } from 'node:events';
import { connect } from 'node:net';
import { deviceUsername } from '../../contract/topics.ts';
import { doorDevice, secretOf, siteOf } from './fleet.ts';
import { answers, connectPacket, publishPacket } from './packets.ts';

/** Connects a door that then says that it was forced; returns when (performance.now) that was written. */
export async function forceDoor(port: number, door: number): Promise<{ force: () => number; stop: () => void }> {
  const site = siteOf(0);
  const device = doorDevice(door);
  const username = deviceUsername({ site, device });
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on(
      'data',
      answers(resolve, () => {}),
    );
    socket.write(connectPacket(username, secretOf(username)));
  });
  return {
    force() {
      const event = JSON.stringify({ id: 'forced-1', ts: Date.now(), kind: 'forced', active: true });
      const at = performance.now();
      socket.write(publishPacket(`fw/v1/${site}/${device}/events`, 1, event));
      return at;
    },
    stop: () => socket.destroy(),
  };
}
