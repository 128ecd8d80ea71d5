import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import { Compile } from 'typebox/compile';
import type { Clock } from '../../contract/clock.ts';
import { WatchRequest, type ClientToServer, type ServerToClient, type WatchAnswer } from '../../contract/live.ts';
import type { Announcement, QuerySide } from '../../contract/query.ts';
import { ProblemError } from './problem.ts';
import type { Refused, Seat, Seats, Sitter } from './seats.ts';
import { wallRooms } from './wall-rooms.ts';

/** How much one client, and all together, may take. Times in ms. */
export const LIVE_LIMITS = {
  /** Bytes of one message from a client: it has nothing longer to say than a site's id. */
  message: 4_096,
  screens: 500,
  screensPerSession: 20,
  /** Messages from one client in ten seconds. */
  messages: 20,
  /** A client that does not take what is sent for so long is cut off; it comes back for a fresh snapshot. */
  stalled: 10_000,
  /** Sessions and roles may be changed by another process. */
  recheck: 5_000,
  /** For a client to answer that it closes. */
  farewell: 2_000,
} as const;

interface LiveOptions {
  readonly server: HttpServer;
  readonly seats: Seats;
  readonly query: QuerySide;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface LiveScreens {
  /** Those at which such a one sits are told that it is over, and dropped. */
  end(sitter: (sitter: Sitter) => boolean): void;
  /** The person of a session has a new password: its screens stay. */
  keep(session: string): void;
  /** Screens that are connected. */
  count(): number;
  /** Of them, those with the link of one wall. */
  watching(wall: number): number;
  /** Drops every connection; done at the latest after the farewell. */
  close(): Promise<void>;
}

type Screen = Socket<ClientToServer, ServerToClient>;

const watchRequest = Compile(WatchRequest);
const room = (site: string) => `site/${site}`;

/** The live socket: WebSocket only, for whom there is a seat; a snapshot on `watch`, then deltas and ticks. */
export function liveScreens(options: LiveOptions): LiveScreens {
  const { server, clock, query, log } = options;
  const seats = new WeakMap<IncomingMessage, Seat>();
  const connections = new Set<NetSocket>();
  let closing = false;

  const io = new Server<ClientToServer, ServerToClient>(server, {
    serveClient: false,
    transports: ['websocket'],
    allowUpgrades: false,
    maxHttpBufferSize: LIVE_LIMITS.message,
    connectTimeout: 10_000,
    allowRequest(request, decide) {
      const answer = closing ? 'closing' : orElse('out of order', () => admit(request));
      if (typeof answer !== 'string') seats.set(request, answer);
      decide(typeof answer === 'string' ? answer : null, typeof answer !== 'string');
    },
  });
  // A request that names a running connection would pass by `allowRequest`; WebSocket alone never sends one.
  io.engine.use((request: IncomingMessage, _answer: unknown, next: (error?: Error) => void) => {
    next(/[?&]sid=/.test(request.url ?? '') ? new Error('no connection is taken over') : undefined);
  });
  io.engine.on('connection', (connection: { request: IncomingMessage }) => {
    const { socket } = connection.request;
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  const occupied = (name: string) => io.of('/').adapter.rooms.has(name);
  const walls = wallRooms({ query, occupied });
  const screens = () => [...io.of('/').sockets.values()];
  const seatOf = (screen: Screen) => seats.get(screen.request);

  function admit(request: IncomingMessage): Seat | Refused | 'too many' {
    const seat = options.seats.admit(request);
    if (typeof seat === 'string') return seat;
    const own = screens().filter((screen) => seatOf(screen)?.key === seat.key);
    if (connections.size >= LIVE_LIMITS.screens || own.length >= LIVE_LIMITS.screensPerSession) return 'too many';
    return seat;
  }

  io.on('connection', (screen) => {
    seatOf(screen)?.here();
    const allowed = budget(clock);
    screen.use((_event, next) => {
      if (allowed()) next();
      else cut(screen);
    });
    screen.on('watch', (request: unknown, answer?: (answer: WatchAnswer) => void) => {
      if (typeof answer !== 'function') return;
      answer(orElse({ ok: false, problem: 'not_ready' }, () => watch(screen, request)));
    });
  });

  /** What is thrown in a socket's callback would end the process. */
  function orElse<T, E>(otherwise: E, run: () => T): T | E {
    try {
      return run();
    } catch (error) {
      // A token that does not work is no fault of ours.
      if (!(error instanceof ProblemError)) log.error({ err: error }, 'a live screen could not be served');
      return otherwise;
    }
  }

  /** Nothing waits between the snapshot and the room, so that the next delta in it is the snapshot's successor. */
  function watch(screen: Screen, request: unknown): WatchAnswer {
    if (!watchRequest.Check(request)) return { ok: false, problem: 'bad_request' };
    if (!query.ready()) return { ok: false, problem: 'not_ready' };
    const scope = seatOf(screen)?.scope ?? null;
    if (scope !== null && scope.site !== request.site) return { ok: false, problem: 'unknown_site' };
    const snapshot = query.snapshot(request.site);
    if (snapshot === undefined) return { ok: false, problem: 'unknown_site' };
    const entered = scope === null ? { room: room(request.site), snapshot } : walls.enter(scope, snapshot);
    for (const joined of screen.rooms) {
      if (joined !== screen.id) void screen.leave(joined);
    }
    // The adapter is the one in memory: it has joined when this returns.
    void screen.join(entered.room);
    return { ok: true, snapshot: entered.snapshot };
  }

  // Making a delta is most of the work: none for a site that nobody watches.
  const roomsOf = (site: string) => [...(occupied(room(site)) ? [room(site)] : []), ...walls.of(site)];
  const unsubscribe = query.subscribe(
    (announcement: Announcement) => {
      const { site } = announcement.kind === 'delta' ? announcement.delta : announcement.tick;
      const rooms = roomsOf(site);
      if (announcement.kind === 'tick') {
        if (rooms.length > 0) io.to(rooms).emit('tick', announcement.tick);
        return;
      }
      for (const one of rooms) {
        io.to(one).emit('delta', one === room(site) ? announcement.delta : walls.delta(one, announcement.delta));
      }
    },
    (site) => roomsOf(site).length > 0,
  );

  const stalled = stallWatch(clock, (screen) => {
    log.info('a live screen took nothing for too long and was cut off');
    cut(screen);
  });
  const everySecond = clock.every(1_000, () => stalled(screens()));
  const recheck = clock.every(LIVE_LIMITS.recheck, () => {
    for (const screen of screens()) {
      const seat = seatOf(screen);
      if (!stillGood(seat)) dismiss(screen);
      else seat?.here();
    }
  });

  function stillGood(seat: Seat | undefined): boolean {
    if (seat === undefined) return false;
    try {
      return seat.stillGood();
    } catch (error) {
      // Unknown is not over: a disk in trouble must not blind every screen. Nobody new gets in meanwhile.
      log.warn({ err: error }, 'who sits at live screens could not be checked');
      return true;
    }
  }

  function dismiss(screen: Screen): void {
    const { socket } = screen.request;
    screen.emit('bye');
    screen.disconnect(true);
    clock.after(LIVE_LIMITS.farewell, () => socket.destroy());
  }

  return {
    count: () => connections.size,
    end(sitter) {
      for (const screen of screens()) {
        const seat = seatOf(screen);
        if (seat !== undefined && sitter(seat.sitter)) dismiss(screen);
      }
    },
    keep(session) {
      for (const screen of screens()) {
        const { sitter } = seatOf(screen) ?? {};
        if (sitter?.kind !== 'person' || sitter.session !== session) continue;
        const seat = options.seats.renew(session);
        if (seat !== null) seats.set(screen.request, seat);
      }
    },
    watching: (wall) =>
      screens().filter((screen) => {
        const sitter = seatOf(screen)?.sitter;
        return sitter?.kind === 'wall' && sitter.id === wall;
      }).length,
    async close() {
      closing = true;
      unsubscribe();
      everySecond.cancel();
      recheck.cancel();
      const left = [...connections].map((socket) => new Promise((gone) => socket.once('close', gone)));
      // No farewell of socket.io's own: after one, clients would not try to reconnect.
      io.engine.close();
      const last = clock.after(LIVE_LIMITS.farewell, () => connections.forEach((socket) => socket.destroy()));
      await Promise.all(left);
      last.cancel();
    },
  };
}

/** Cuts the line without waiting for anything to be sent. The client takes it for a lost connection and comes back. */
function cut(screen: Screen): void {
  screen.request.socket.destroy();
}

/** At most so many messages in ten seconds. */
function budget(clock: Clock): () => boolean {
  let start = clock.now().mono;
  let count = 0;
  return () => {
    const now = clock.now().mono;
    if (now - start > 10_000) {
      start = now;
      count = 0;
    }
    count += 1;
    return count <= LIVE_LIMITS.messages;
  };
}

/**
 * Looks once a second whether what was last handed to a connection has left for the network; until it has, all that
 * follows waits in memory.
 */
function stallWatch(clock: Clock, tooLong: (screen: Screen) => void): (screens: readonly Screen[]) => void {
  const since = new WeakMap<Screen, number>();
  return (screens) => {
    const now = clock.now().mono;
    for (const screen of screens) {
      const { transport } = screen.conn;
      if (transport.writable) continue;
      const start = since.get(screen);
      if (start === undefined) {
        since.set(screen, now);
        transport.once('drain', () => since.delete(screen));
      } else if (now - start >= LIVE_LIMITS.stalled) {
        tooLong(screen);
      }
    }
  };
}
