import type { Destination } from './destination.ts';
import { findDestination, findVersion, type Version } from './discover.ts';
import type { InfluxSettings } from './protocol.ts';
import { InfluxFailed, type InfluxServer } from './types.ts';
import type { Wire } from './wire.ts';

/** What is known about the server, found out before the first request and again after each refusal. */
export interface Server {
  /** Writes to it, and learns from how that ends. */
  writing<T>(work: (destination: Destination) => Promise<T>): Promise<T>;
  /** Finds out anew, within `writing`: somebody may have changed how long it keeps what it is given. */
  lookAgain(): Promise<Destination>;
  /** Asks it. A refusal makes us look again; that something can be read says nothing of writing. */
  reading<T>(work: () => Promise<T>): Promise<T>;
}

export function watchServer(settings: InfluxSettings, wire: Wire, tell: (server: InfluxServer) => void): Server {
  let known: InfluxServer = { generation: null, version: null, retention: null, problem: null };
  /** Told with what is made of it, so that nobody reads of a server that is of no use yet. */
  let version: Version | undefined;
  let destination: Destination | undefined;
  let looking: Promise<Destination> | undefined;

  function learn(news: Partial<InfluxServer>): void {
    const next = { ...known, ...news };
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    known = next;
    tell(known);
  }

  function look(): Promise<Destination> {
    looking ??= find().finally(() => (looking = undefined));
    return looking;
  }

  async function find(): Promise<Destination> {
    version = await findVersion(wire, settings);
    const found = await findDestination(wire, settings, version.generation);
    wire.writeTo(found.to);
    learn({ ...version, retention: found.retention });
    return (destination = found);
  }

  function ready(): Promise<Destination> {
    return destination === undefined ? look() : Promise.resolve(destination);
  }

  function doubt(error: unknown): void {
    if (!(error instanceof InfluxFailed) || error.trouble !== 'refused') return;
    // What was there may have gone, and somebody may make it again, or give us the right to.
    destination = undefined;
  }

  return {
    async writing(work) {
      try {
        const to = await ready();
        const done = await work(to).catch((error: unknown) => {
          throw withRight(error, settings);
        });
        learn({ problem: null });
        return done;
      } catch (error) {
        doubt(error);
        if (error instanceof InfluxFailed && (error.trouble === 'refused' || error.trouble === 'invalid'))
          learn({ ...version, problem: error.message });
        throw error;
      }
    },
    lookAgain: look,
    async reading(work) {
      try {
        await ready();
        return await work();
      } catch (error) {
        doubt(error);
        throw error;
      }
    },
  };
}

/** A right to read is enough to find everything, and the server's words name no setting. */
function withRight(error: unknown, { token }: InfluxSettings): unknown {
  if (!(error instanceof InfluxFailed) || error.status !== 403) return error;
  const who = token === null ? 'the user of INFLUX_USERNAME' : 'the token of INFLUX_TOKEN';
  const { trouble, status, retryAfter, message } = error;
  return new InfluxFailed(`${message}. Give ${who} the right to write.`, { trouble, status, retryAfter });
}
