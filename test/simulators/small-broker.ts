import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface Heard {
  readonly client: string | null;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

export interface SmallBroker {
  readonly port: number;
  readonly heard: readonly Heard[];
  /** Resolves with the first message, past or to come, that the test is after. */
  hears(wanted: (message: Heard) => boolean): Promise<Heard>;
  close(): Promise<void>;
}

/** A broker for tests. `passwords` by user name: only these come in, under their own client id; absent: everybody. */
export async function smallBroker({
  passwords,
  port = 0,
}: { passwords?: ReadonlyMap<string, string>; port?: number } = {}): Promise<SmallBroker> {
  const heard: Heard[] = [];
  const events = new EventEmitter().setMaxListeners(100);
  const broker = new Aedes({
    authenticate(client, username, password, done) {
      const known = username === undefined ? undefined : passwords?.get(username);
      done(
        null,
        passwords === undefined || (known !== undefined && known === password?.toString() && client.id === username),
      );
    },
    authorizePublish(client, packet, done) {
      const message = {
        client: client?.id ?? null,
        topic: packet.topic,
        payload: packet.payload.toString(),
        qos: packet.qos,
        retain: packet.retain,
      };
      heard.push(message);
      events.emit('message', message);
      done(null);
    },
  });
  await broker.listen();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    broker.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    heard,
    hears: (wanted) =>
      new Promise((resolve) => {
        const look = (message: Heard) => {
          if (!wanted(message)) return;
          events.off('message', look);
          resolve(message);
        };
        events.on('message', look);
        const past = heard.find(wanted);
        if (past !== undefined) look(past);
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
