import { once } from 'node:events';
import { createServer as createHttp, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What goes wrong on the way to the server. */
export type Fault =
  /** Connections are refused; those that are open are reset. */
  | { readonly kind: 'refused' }
  /** Reset while the request's body is still on its way: the server never sees it whole. */
  | { readonly kind: 'reset-request' }
  /** The server got the request and did what it says; its answer is lost with the connection. */
  | { readonly kind: 'reset-answer' }
  /** Nothing is answered. Where the fault ends, the requests held until then still reach the server. */
  | { readonly kind: 'silent' }
  /** The other side is gone without a word: nothing is read. Where the fault ends, the connections are reset. */
  | { readonly kind: 'half-open' }
  /** The answer comes a byte at a time, one in so many ms. */
  | { readonly kind: 'drip'; readonly everyMs: number };

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Between us and a real server, on loopback. A path is that of a request, without what follows `?`. */
export interface Proxy {
  readonly url: string;
  readonly port: number;
  /** Makes the fault from now on, in place of the one before; only for requests to the path, where one is given. */
  fault(fault: Fault, path?: string): Promise<void>;
  /** Ends the fault and the answers of its own. */
  pass(): Promise<void>;
  /** The same, but what a silent fault holds is held on; returns how it reaches the server, resolved when that has answered. */
  passOthers(): Promise<() => Promise<void>>;
  /** Answers the next so many requests (to the path) by itself; the server sees nothing of them. */
  answer(answer: Answer, times?: number, path?: string): void;
  /** Requests whose head came so far, whatever was done with them. */
  requests(path?: string): number;
  /** The most requests (to the path) that were under way at once. */
  mostAtOnce(path?: string): number;
  /** Resolves when so many requests (to the path) have come, counted from the start. */
  untilRequests(count: number, path?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  const underWay = new Map<string, { now: number; most: number }>();
  const waiting = new Set<() => void>();
  let answers: { readonly answer: Answer; left: number; readonly path: string | undefined }[] = [];
  let fault: Fault | undefined;
  let only: string | undefined;
  /** What a silent or half-open fault keeps waiting; told how it ended. */
  let held: ((passed: boolean) => Promise<void> | void)[] = [];

  const http = createHttp((request, response) => void handle(request, response).catch(() => reset(request.socket)));
  // Node's own bounds would end what a fault holds.
  Object.assign(http, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 600_000 });
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (fault?.kind === 'half-open' && only === undefined) {
      held.push(() => reset(socket));
      return;
    }
    http.emit('connection', socket);
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const reset = (socket: Socket): void => void socket.resetAndDestroy();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    note(path, response);
    const own = answers.find((entry) => entry.left > 0 && (entry.path ?? path) === path);
    if (own !== undefined) {
      own.left -= 1;
      await bodyOf(request);
      response.writeHead(own.answer.status, own.answer.headers).end(own.answer.body ?? '');
      return;
    }
    const now = (only ?? path) === path ? fault : undefined;
    switch (now?.kind) {
      case 'reset-request':
        request.once('data', () => reset(request.socket)).once('end', () => reset(request.socket));
        return;
      case 'half-open':
        held.push(() => reset(request.socket));
        return;
      case 'silent': {
        const body = await bodyOf(request);
        return new Promise((resolve) => {
          held.push((passed) => {
            const done = passed ? passOn(request, body, response) : reset(request.socket);
            resolve(done);
            return done;
          });
        });
      }
      case 'reset-answer':
        await ask(request, await bodyOf(request));
        return reset(request.socket);
      case 'drip':
        return drip(request.socket, await ask(request, await bodyOf(request)), now.everyMs);
      default:
        return passOn(request, await bodyOf(request), response);
    }
  }

  function note(path: string, response: ServerResponse): void {
    for (const key of ['', path]) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      const state = underWay.get(key) ?? { now: 0, most: 0 };
      underWay.set(key, state);
      state.now += 1;
      state.most = Math.max(state.most, state.now);
      response.once('close', () => void (state.now -= 1));
    }
    for (const look of waiting) look();
  }

  /** The server's answer, whole. */
  async function ask({ method, url, headers }: IncomingMessage, body: Buffer) {
    const passed = forward({ hostname, port: targetPort, method, path: url, headers, agent: false });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await bodyOf(answer) };
  }

  async function passOn(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const answer = await ask(request, body);
    const { connection: _c, 'transfer-encoding': _t, ...headers } = answer.headers;
    response.writeHead(answer.status, headers).end(answer.body);
  }

  async function end(passed: boolean): Promise<void> {
    const ending = held;
    held = [];
    if (fault?.kind === 'refused' && !server.listening) {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    }
    fault = undefined;
    only = undefined;
    for (const release of ending) void release(passed);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async fault(next, path) {
      await end(false);
      fault = next;
      only = path;
      if (next.kind !== 'refused') return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) reset(socket);
      await closed;
    },
    async pass() {
      answers = [];
      await end(true);
    },
    async passOthers() {
      const kept = held;
      held = [];
      answers = [];
      await end(true);
      return async () => {
        await Promise.all(kept.map(async (release) => release(true)));
      };
    },
    answer(answer, times = 1, path) {
      answers.push({ answer, left: times, path });
    },
    requests: (path = '') => counts.get(path) ?? 0,
    mostAtOnce: (path = '') => underWay.get(path)?.most ?? 0,
    untilRequests: (count, path = '') =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((counts.get(path) ?? 0) < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      await end(false);
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Byte by byte, and the connection is closed behind the last. */
function drip(socket: Socket, answer: { status: number; headers: object; body: Buffer }, everyMs: number): void {
  const kept = Object.entries(answer.headers).filter(
    ([name]) => !/^(connection|transfer-encoding|content-length)$/.test(name),
  );
  const lines = kept.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
  const length = answer.status === 204 ? '' : `content-length: ${answer.body.length}\r\n`;
  const head = `HTTP/1.1 ${answer.status} Dripped\r\n${lines}${length}connection: close\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), answer.body]);
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) socket.write(bytes.subarray(at, ++at));
    else socket.end();
  }, everyMs);
  socket.once('close', () => clearInterval(timer)).once('end', () => clearInterval(timer));
}
