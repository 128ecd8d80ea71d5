import { ask, type Server } from '../integration/influx-load.ts';

/** Readings of one value, a ms apart. */
export interface Message {
  /** Time of the first, ms epoch. */
  readonly first: number;
  readonly value: number;
  readonly count: number;
  /** So many of the first were two hours too old for the server instead. */
  readonly old: number;
}

/** Compares, value by value, what a device had acknowledged with what the server holds of its point. */
export async function kept(
  server: Server,
  device: string,
  messages: readonly Message[],
): Promise<{ readonly count: number; readonly old: number; readonly wrong: string[] }> {
  const [found] = await ask(server, `SELECT water_temperature FROM readings WHERE point = '${device}'`);
  const held = new Map(found?.values.map(([time, value]) => [Number(time), Number(value)]));
  const wrong: string[] = [];
  let [count, old] = [0, 0];
  for (const message of messages) {
    old += message.old;
    for (let n = message.old; n < message.count; n += 1) {
      const t = message.first + n;
      count += 1;
      if (held.get(t) !== message.value)
        wrong.push(`${device} ${t}: ${message.value} acknowledged, ${held.get(t)} held`);
      held.delete(t);
    }
  }
  for (const [t, value] of held) wrong.push(`${device} ${t}: ${value} held, and was not sent so`);
  return { count, old, wrong };
}
