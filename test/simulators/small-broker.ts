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
  /** User names of those that it let in (`true`) or not, in order. */
  readonly asked: readonly (readonly [username: string | undefined, letIn: boolean])[];
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
  const asked: [string | undefined, boolean][] = [];
  const events = new EventEmitter().setMaxListeners(100);
  const broker = new Aedes({
    authenticate(client, username, password, done) {
      const known = username === undefined ? undefined : passwords?.get(username);
      const letIn =
        passwords === undefined || (known !== undefined && known === password?.toString() && client.id === username);
      asked.push([username, letIn]);
      done(null, letIn);
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
    asked,
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
