import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly raw: string;
  readonly body: Record<string, unknown>;
  /** What people read of it. */
  readonly text: string;
}

/** What a robot does with a message; answers by itself unless it returns `later`. */
export type Behaviour = (received: Received, answer: ServerResponse) => void;

export interface Robot {
  readonly url: string;
  readonly port: number;
  /** Everything that was read in full, in order, whatever was answered. */
  readonly received: Received[];
  readonly texts: string[];
  behave(behaviour: Behaviour): void;
  /** Refuses connections until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  /** Resolves when so many messages have come. */
  got(count: number): Promise<void>;
}

export const says =
  (body: unknown, status = 200): Behaviour =>
  (_received, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json' });
    answer.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Accepted, in the words of WeCom and DingTalk. */
export const ok = says({ errcode: 0, errmsg: 'ok' });

/** A real HTTP server on this machine, that behaves as badly as it is told to. */
export async function startRobot(first: Behaviour = ok): Promise<Robot> {
  let behaviour = first;
  let port = 0;
  const received: Received[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, answer) => {
    void take(request, answer);
  });

  async function take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const raw = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://robot');
    const body: Record<string, unknown> = JSON.parse(raw);
    const one = {
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      raw,
      body,
      text: textOf(body),
    };
    received.push(one);
    robot.texts.push(one.text);
    behaviour(one, answer);
    for (const { resolve } of waiting.filter(({ count }) => received.length >= count)) resolve();
  }

  const listen = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const shut = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  await listen();
  onTestFinished(shut);

  const robot: Robot = {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    texts: [],
    behave(next) {
      behaviour = next;
    },
    shut,
    open: listen,
    got: (count) =>
      received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
  return robot;
}

function textOf(body: Record<string, unknown>): string {
  const { text, content } = body as { text?: string | { content: string }; content?: { text: string } };
  if (typeof text === 'string') return text;
  return text?.content ?? content?.text ?? '';
}
