import { startInflux2 } from '../../servers/influx2.ts';
import { cpuSeconds } from '../cpu.ts';
import type { Effort } from '../effort.ts';
import { startLoader, type Loader } from '../processes.ts';
import { fillTail } from '../throughput.ts';
import { startContestant, type Contestant, type Kind, type Load, type Rig } from './contestants.ts';
import { onOthers, refuseElsewhere } from './cores.ts';
import { untilHeld } from './held.ts';

export interface Run {
  /** Readings a second from the first that was sent until InfluxDB held the last one; without it, that were acknowledged. */
  readonly held: number;
  /** Readings a second that were acknowledged while messages came. */
  readonly acknowledged: number;
  /** Readings that were acknowledged and are not in InfluxDB. */
  readonly lost: number;
  /** Microseconds of processor for a reading, by process; without InfluxDB's where that is not ours to see. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Cores that each of these, and the loader, took in the time of `held`. */
  readonly busy: Readonly<Record<string, number>>;
}

/** One flood on a database of its own, which is empty but for what opened the way. */
export async function runOnce(kind: Kind, load: Load, effort: Effort, rig: Rig): Promise<Run> {
  const { cores } = rig;
  if (!kind.endsWith('apart')) return flood(kind, load, effort, rig);
  if (cores === undefined) throw new Error('there are no cores to keep apart');
  return onOthers(cores, () => flood(kind, load, effort, rig));
}

async function flood(kind: Kind, load: Load, effort: Effort, rig: Rig): Promise<Run> {
  const influx = await startInflux2();
  const closing: (() => Promise<void>)[] = [() => influx.close()];
  try {
    const contestant = await startContestant(kind, load, influx, rig);
    closing.push(() => contestant.stop());
    const { devices, metrics, perPoint } = load;
    const way = { port: contestant.port, devices, perPoint, byPoint: kind === 'telegraf by point' };
    // All of them: what InfluxDB holds by then it still has work with.
    const filled = load.full ? await fillTail(way) : 0;
    const loader = await startLoader({ ...way, metrics });
    closing.push(() => loader.stop());
    if (kind.endsWith('apart')) for (const { pid } of [influx, loader]) refuseElsewhere(pid, rig.cores?.others ?? '');
    const { messages, readings } = await openTheWay(contestant, loader, filled);
    const used = () => ({
      ...contestant.cpu(),
      ...(influx.pid === undefined || contestant.messagesHeld === undefined
        ? {}
        : { InfluxDB: cpuSeconds(influx.pid) }),
    });
    const usedBefore: Readonly<Record<string, number>> = used();
    const loaderBefore = cpuSeconds(loader.pid);
    const from = performance.now();
    const report = await loader.run({ job: 'flood', window: load.window, warm: 0, seconds: effort.seconds });
    const { messagesHeld, readingsHeld } = contestant;
    const sent = report.total * metrics;
    const usedSince = (divisor: number) =>
      Object.fromEntries(
        Object.entries(used()).map(([name, now]) => [name, (now - (usedBefore[name] ?? 0)) / divisor]),
      );
    const shares = (took: number) => ({
      cpu: usedSince(sent / 1e6),
      busy: { ...usedSince(took), loader: (cpuSeconds(loader.pid) - loaderBefore) / took },
    });
    const acknowledged = (report.acknowledged * metrics) / report.seconds;
    if (messagesHeld === undefined || readingsHeld === undefined)
      return { held: acknowledged, acknowledged, lost: 0, ...shares(report.seconds) };
    const arrived = (await untilHeld(messagesHeld, messages + report.total)) - messages;
    const took = (performance.now() - from) / 1_000;
    const held = (arrived * metrics) / took;
    const shared = shares(took);
    return { held, acknowledged, lost: sent - ((await readingsHeld()) - readings), ...shared };
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
