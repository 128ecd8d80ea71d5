import { io } from 'socket.io-client';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { SiteDelta } from '../../contract/live.ts';
import { SESSION } from './fleet.ts';

export interface Screens {
  /** From now on every new value counts, with the ms from its source time to its arrival here. */
  readonly latencies: number[];
  /** Resolves with the time (performance.now) at which an alarm on this point is on a screen. */
  alarmOn(point: string): Promise<number>;
  stop(): void;
}

const Watched = Type.Object({ ok: Type.Literal(true) });

/** One screen for each site, as the page watches it: one process for all, on this machine's clock. */
export async function openScreens(url: string, sites: readonly string[]): Promise<Screens> {
  const latencies: number[] = [];
  const waiting = new Map<string, (at: number) => void>();
  const seen = new Map<string, number>();

  function take(site: string, delta: unknown): void {
    const arrived = Date.now();
    const at = performance.now();
    if (!Check(SiteDelta, delta)) throw new TypeError('a delta is not as its contract says');
    for (const { id, values } of delta.points ?? []) {
      for (const { metric, sourceTime } of values) {
        const key = `${site}|${id}|${metric}`;
        if (sourceTime === null || seen.get(key) === sourceTime) continue;
        seen.set(key, sourceTime);
        latencies.push(arrived - sourceTime);
      }
    }
    for (const { subject } of delta.alarms ?? []) {
      waiting.get(subject.id)?.(at);
      waiting.delete(subject.id);
    }
  }

  const sockets = sites.map((site) => {
    const cookie = `fw_session=${SESSION}`;
    const socket = io(url, { transports: ['websocket'], forceNew: true, extraHeaders: { cookie, origin: url } });
    socket.on('delta', (delta: unknown) => take(site, delta));
    return { site, socket };
  });
  for (const { site, socket } of sockets) {
    const answer: unknown = await socket.timeout(10_000).emitWithAck('watch', { site });
    if (!Check(Watched, answer)) throw new Error(`the screen of ${site} was not let in: ${JSON.stringify(answer)}`);
  }
  return {
    latencies,
    alarmOn: (point) => new Promise((resolve) => waiting.set(point, resolve)),
    stop: () => sockets.forEach(({ socket }) => socket.close()),
  };
}
