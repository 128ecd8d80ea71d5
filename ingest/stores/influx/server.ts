import { findDestination, findVersion, type Destination } from './discover.ts';
import type { InfluxSettings } from './protocol.ts';
import { InfluxFailed, type InfluxServer } from './types.ts';
import type { Wire } from './wire.ts';

/** What is known about the server, found out before the first request and again after each refusal. */
export interface Server {
  /** Resolves when it can be written to; rejects with InfluxFailed. */
  ready(): Promise<Destination>;
  /** Does work with it, and learns from how it ends. */
  during<T>(work: (destination: Destination) => Promise<T>): Promise<T>;
}

export function watchServer(settings: InfluxSettings, wire: Wire, tell: (server: InfluxServer) => void): Server {
  let known: InfluxServer = { generation: null, version: null, retention: null, problem: null };
  let destination: Destination | undefined;
  let looking: Promise<Destination> | undefined;

  function learn(news: Partial<InfluxServer>): void {
    const next = { ...known, ...news };
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    known = next;
    tell(known);
  }

  async function look(): Promise<Destination> {
    const version = await findVersion(wire, settings);
    learn(version);
    const found = await findDestination(wire, settings, version.generation);
    wire.writeTo(found.to);
    learn({ retention: found.retention });
    return (destination = found);
  }

  function ready(): Promise<Destination> {
    if (destination !== undefined) return Promise.resolve(destination);
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  }

  return {
    ready,
    async during(work) {
      try {
        const done = await work(await ready());
        learn({ problem: null });
        return done;
      } catch (error) {
        if (error instanceof InfluxFailed) {
          // What was there may have gone, and somebody may make it again, or give us the right to.
          if (error.trouble === 'refused') destination = undefined;
          if (error.trouble !== 'busy') learn({ problem: error.message });
        }
        throw error;
      }
    },
  };
}
