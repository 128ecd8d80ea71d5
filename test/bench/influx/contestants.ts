import type { Influx2 } from '../../servers/influx2.ts';
import type { ServerProcess } from '../../servers/process.ts';
import { cpuSeconds } from '../cpu.ts';
import { MEASURED, metricOf } from '../fleet.ts';
import { startOurs } from '../processes.ts';
import { refuseElsewhere, type Cores } from './cores.ts';
import type { Peers } from './fetch.ts';
import { countOf } from './held.ts';
import { startMosquitto } from './mosquitto.ts';
import { startNodeRed } from './node-red.ts';
import { startTelegraf } from './telegraf.ts';

/**
 * Telegraf makes one line of each message as devices send it to us; `by point`, the lines that we make. Node-RED gathers
 * lines with nodes of its palette, or in a function. `apart`: ours has one core, and the loader and InfluxDB the others.
 */
export type Kind = Ours | 'telegraf' | 'telegraf by point' | 'node-red' | 'node-red gathering';
type Ours = 'ours' | 'embedded' | 'ours apart' | 'embedded apart';

/** What this machine has for them. */
export interface Rig {
  readonly peers: Peers;
  /** For those that are apart. */
  readonly cores?: Cores | undefined;
}

/** Something that devices send to, with InfluxDB behind it or (ours alone) without. */
export interface Contestant {
  /** Where devices send to. */
  readonly port: number;
  /** Messages that have arrived in InfluxDB, by one reading of each. Undefined: it keeps readings itself. */
  readonly messagesHeld: (() => Promise<number>) | undefined;
  /** All readings that InfluxDB holds of it. */
  readonly readingsHeld: (() => Promise<number>) | undefined;
  /** Seconds of processor that each of its processes has used so far, without InfluxDB. */
  cpu(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export interface Load {
  readonly devices: number;
  /** Readings of one message. */
  readonly metrics: number;
  /** Metrics of one point, which share a line of ours. */
  readonly perPoint: number;
  /** Messages of one device under way. */
  readonly window: number;
  /** Begins with half a million readings: what ours settles, or lets go, is part of the work from the first second on. */
  readonly full: boolean;
}

export async function startContestant(kind: Kind, load: Load, influx: Influx2, rig: Rig): Promise<Contestant> {
  const { peers, cores } = rig;
  const counts = countsOf(load);
  switch (kind) {
    case 'ours':
    case 'embedded':
      return startOne(kind, load, influx, undefined);
    case 'ours apart':
    case 'embedded apart':
      return startOne(kind, load, influx, cores?.ours);
    case 'telegraf':
      return startPeer(peers, influx, {
        name: 'Telegraf',
        start: (port) => startTelegraf(peers.telegraf ?? '', port, influx, { byPoint: false }),
        counts: {
          one: `SELECT COUNT("values_${metricOf(0, load.perPoint)}") FROM mqtt_consumer`,
          all: 'SELECT COUNT(/^values_/) FROM mqtt_consumer',
        },
      });
    case 'telegraf by point':
      return startPeer(peers, influx, {
        name: 'Telegraf',
        start: (port) => startTelegraf(peers.telegraf ?? '', port, influx, { byPoint: true }),
        counts,
      });
    case 'node-red':
    case 'node-red gathering': {
      const gathering = kind === 'node-red' ? 'palette' : 'function';
      const flow = { gathering, points: load.metrics / load.perPoint } as const;
      return startPeer(peers, influx, {
        name: 'Node-RED',
        start: (port) => startNodeRed(peers.nodeRed ?? '', port, influx, flow),
        counts,
      });
    }
  }
}

async function startOne(kind: Ours, load: Load, influx: Influx2, core: string | undefined): Promise<Contestant> {
  const { url, org, bucket, token } = influx;
  const { devices, metrics, perPoint, full } = load;
  const forwards = kind.startsWith('ours');
  const server = await startOurs({
    ...{ devices, metrics: full ? Math.max(metrics, 20) : metrics, perPoint, doors: 0, interval: 10 },
    ...(forwards ? { influx: { url, org, bucket, token } } : {}),
    ...(core === undefined ? {} : { cores: core }),
  });
  if (core !== undefined) refuseElsewhere(server.pid, core);
  return {
    port: server.port,
    ...(forwards ? heldOf(influx, countsOf(load)) : { messagesHeld: undefined, readingsHeld: undefined }),
    cpu: () => ({ 'Facility Watch': server.cpu() }),
    stop: () => server.stop(),
  };
}

/** Queries that count one reading of each message, and all. */
interface Counts {
  readonly one: string;
  readonly all: string;
}

/** Of lines as ours are: `readings`, a point as a tag, a field for each metric and perhaps more for its quality. */
function countsOf({ perPoint }: Load): Counts {
  const all = MEASURED.slice(0, perPoint).map(({ metric }) => `COUNT(${metric})`);
  return {
    one: 'SELECT COUNT(water_temperature) FROM readings WHERE point =~ /-0$/',
    all: `SELECT ${all.join(', ')} FROM readings`,
  };
}

const heldOf = (influx: Influx2, { one, all }: Counts) => ({
  messagesHeld: () => countOf(influx, one),
  readingsHeld: () => countOf(influx, all),
});

interface Peer {
  readonly name: string;
  readonly start: (mqttPort: number) => Promise<ServerProcess>;
  readonly counts: Counts;
}

async function startPeer(peers: Peers, influx: Influx2, { name, start, counts }: Peer): Promise<Contestant> {
  const broker = await startMosquitto(peers.mosquitto ?? '');
  try {
    const behind = await start(broker.port);
    return {
      port: broker.port,
      ...heldOf(influx, counts),
      cpu: () => ({ Mosquitto: cpuSeconds(broker.pid), [name]: cpuSeconds(behind.pid) }),
      async stop() {
        await behind.close();
        await broker.close();
      },
    };
  } catch (error) {
    await broker.close();
    throw error;
  }
}
