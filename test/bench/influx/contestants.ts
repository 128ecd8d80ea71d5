import type { Influx2 } from '../../servers/influx2.ts';
import type { ServerProcess } from '../../servers/process.ts';
import { cpuSeconds } from '../cpu.ts';
import { metricOf } from '../fleet.ts';
import { startOurs } from '../processes.ts';
import type { Peers } from './fetch.ts';
import { countOf } from './held.ts';
import { startMosquitto } from './mosquitto.ts';
import { startNodeRed } from './node-red.ts';
import { startTelegraf } from './telegraf.ts';

export type Kind = 'ours' | 'embedded' | 'telegraf' | 'node-red';

/** Something that devices send to, with InfluxDB behind it or (ours alone) without. */
export interface Contestant {
  /** Where devices send to. */
  readonly port: number;
  /** Messages that have arrived in InfluxDB, by one reading of each. Undefined: it keeps readings itself. */
  readonly messagesHeld: (() => Promise<number>) | undefined;
  /** All readings that InfluxDB holds of it. */
  readonly readingsHeld: (() => Promise<number>) | undefined;
  /** Seconds of processor that its processes have used so far, without InfluxDB. */
  cpu(): number;
  stop(): Promise<void>;
}

export interface Load {
  readonly devices: number;
  readonly metrics: number;
  /** Messages of one device under way. */
  readonly window: number;
  /** Ours begins with a full tail: what it settles, or lets go, is part of the work from the first second on. */
  readonly full: boolean;
}

export async function startContestant(kind: Kind, load: Load, influx: Influx2, peers: Peers): Promise<Contestant> {
  switch (kind) {
    case 'ours':
    case 'embedded': {
      const { url, org, bucket, token } = influx;
      const { devices, metrics, full } = load;
      const server = await startOurs({
        ...{ devices, metrics: full ? Math.max(metrics, 20) : metrics, doors: 0, interval: 10 },
        ...(kind === 'ours' ? { influx: { url, org, bucket, token } } : {}),
      });
      const held = (where: string) =>
        kind === 'ours' ? () => countOf(influx, `SELECT COUNT(water_temperature) FROM readings ${where}`) : undefined;
      return {
        port: server.port,
        messagesHeld: held('WHERE point =~ /-0$/'),
        readingsHeld: held(''),
        cpu: () => server.cpu(),
        stop: () => server.stop(),
      };
    }
    case 'telegraf':
      return startPeer(peers, influx, {
        start: (port) => startTelegraf(peers.telegraf ?? '', port, influx),
        one: `SELECT COUNT("values_${metricOf(0)}") FROM mqtt_consumer`,
        all: 'SELECT COUNT(/^values_/) FROM mqtt_consumer',
      });
    case 'node-red':
      return startPeer(peers, influx, {
        start: (port) => startNodeRed(peers.nodeRed ?? '', port, influx),
        one: `SELECT COUNT("${metricOf(0)}") FROM readings`,
        all: 'SELECT COUNT(*) FROM readings',
      });
  }
}

interface Peer {
  readonly start: (mqttPort: number) => Promise<ServerProcess>;
  /** COUNT of one reading of each message, and of all. */
  readonly one: string;
  readonly all: string;
}

async function startPeer(peers: Peers, influx: Influx2, { start, one, all }: Peer): Promise<Contestant> {
  const broker = await startMosquitto(peers.mosquitto ?? '');
  try {
    const behind = await start(broker.port);
    return {
      port: broker.port,
      messagesHeld: () => countOf(influx, one),
      readingsHeld: () => countOf(influx, all),
      cpu: () => cpuSeconds(broker.pid) + cpuSeconds(behind.pid),
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
