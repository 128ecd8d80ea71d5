import { startInflux2 } from '../../servers/influx2.ts';
import { cpuSeconds } from '../cpu.ts';
import type { Effort } from '../effort.ts';
import { startLoader, type Loader } from '../processes.ts';
import { startContestant, type Contestant, type Kind, type Load } from './contestants.ts';
import type { Peers } from './fetch.ts';
import { fillTail } from '../throughput.ts';
import { untilHeld } from './held.ts';

export interface Run {
  /** Messages a second that were acknowledged to devices. */
  readonly acknowledged: number;
  /** Messages a second from the first that was sent until InfluxDB held the last one. */
  readonly held: number;
  /** Readings that were acknowledged and are not in InfluxDB. */
  readonly lost: number;
  /** ms of processor for a message, InfluxDB's included; undefined: its process is not ours to see. */
  readonly cpu: number | undefined;
}

/** One flood on a database of its own, which is empty but for what opened the way. */
export async function runOnce(kind: Kind, load: Load, effort: Effort, peers: Peers): Promise<Run> {
  const influx = await startInflux2();
  const closing: (() => Promise<void>)[] = [() => influx.close()];
  try {
    const contestant = await startContestant(kind, load, influx, peers);
    closing.push(() => contestant.stop());
    const isOurs = kind === 'ours' || kind === 'embedded';
    const filled = isOurs && load.full ? await fillTail(contestant, load.devices) : 0;
    const loader = await startLoader({ port: contestant.port, devices: load.devices, metrics: load.metrics });
    closing.push(() => loader.stop());
    const { messages, readings } = await openTheWay(contestant, loader, filled);
    const used = () => (influx.pid === undefined ? undefined : contestant.cpu() + cpuSeconds(influx.pid));
    const usedBefore = used() ?? 0;
    const from = performance.now();
    const report = await loader.run({ job: 'flood', window: load.window, warm: 0, seconds: effort.seconds });
    const acknowledged = report.acknowledged / report.seconds;
    const { messagesHeld, readingsHeld } = contestant;
    const cost = () => {
      const now = used();
      return now === undefined ? undefined : ((now - usedBefore) * 1_000) / report.total;
    };
    if (messagesHeld === undefined || readingsHeld === undefined)
      return { acknowledged, held: acknowledged, lost: 0, cpu: cost() };
    const arrived = (await untilHeld(messagesHeld, messages + report.total)) - messages;
    const held = arrived / ((performance.now() - from) / 1_000);
    const cpu = cost();
    const lost = report.total * load.metrics - ((await readingsHeld()) - readings);
    return { acknowledged, held, lost, cpu };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** The first messages find connections, buckets and names that are not there yet; they do not count. */
async function openTheWay({ messagesHeld, readingsHeld }: Contestant, loader: Loader, before: number) {
  const total = before + (await loader.run({ job: 'burst', messages: 5 })).total;
  if (messagesHeld === undefined || readingsHeld === undefined) return { messages: 0, readings: 0 };
  const messages = await untilHeld(messagesHeld, total);
  if (messages < total) throw new Error(`of the first ${total} messages InfluxDB holds ${messages}`);
  return { messages, readings: await readingsHeld() };
}
