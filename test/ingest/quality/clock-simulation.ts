import { dateSamples, EMPTY_CLOCK, type ClockMemory, type Dated } from '../../../ingest/quality/source-time.ts';

export const START = Date.UTC(2026, 10, 25, 4);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const TOLERANCE = { back: 5 * MINUTE, ahead: 2 * MINUTE };

/** What a device's clock shows (ms epoch) at a true time. */
export type DeviceClock = (trueTime: number) => number;

export interface Sent {
  /** When it was measured and when it was received; ms epoch, true. */
  readonly measured: number;
  readonly received: number;
  readonly claimed: number;
  readonly dated: Dated;
  readonly clockWrong: boolean;
  /** Nothing newer came before it. */
  readonly isNewest: boolean;
}

/** The road from one series of a device to its dates. */
export function createRoad({ clock, interval }: { clock: DeviceClock; interval: number }) {
  let memory: ClockMemory = EMPTY_CLOCK;
  let newest = -Infinity;
  const sent: Sent[] = [];
  return {
    sent,
    /** Values measured at these true times, in one message received at another. */
    send(measured: readonly number[], received: number, clockNow: DeviceClock = clock): void {
      const claimed = measured.map(clockNow);
      const dating = dateSamples(memory, {
        claimed,
        received,
        mono: received - START + 1_000,
        interval,
        tolerance: TOLERANCE,
        retention: 90 * 24 * HOUR,
        hostTrusted: true,
        lastCommitAt: received - SECOND,
      });
      memory = JSON.parse(JSON.stringify(dating.memory)) as ClockMemory;
      const latest = Math.max(...measured);
      measured.forEach((time, index) => {
        const dated = dating.dated[index];
        if (dated === undefined) throw new Error(`the reading of ${time} was lost`);
        const isNewest = time === latest && time > newest;
        sent.push({
          measured: time,
          received,
          claimed: claimed[index] ?? NaN,
          dated,
          clockWrong: dating.clockWrong,
          isNewest,
        });
      });
      newest = Math.max(newest, latest);
    },
  };
}

export type Order = 'oldest first' | 'newest first' | 'between live ones';

export interface Outage {
  readonly clock: DeviceClock;
  readonly interval: number;
  readonly order: Order;
  readonly perSecond: number;
  /** Readings in one message. */
  readonly batch: number;
}

const OUTAGE = 6 * HOUR;
const CALM = 30 * MINUTE;

/** Half an hour of calm, six hours without a connection, then the backlog while measuring goes on, then calm again. */
export function runOutage({ clock, interval, order, perSecond, batch }: Outage): readonly Sent[] {
  const road = createRoad({ clock, interval });
  let now = START;
  for (; now < START + CALM; now += interval) road.send([now], now + 200);

  const waiting: number[] = [];
  let measured = now;
  for (; measured < START + CALM + OUTAGE; measured += interval) waiting.push(measured);
  now = measured;
  const pause = Math.max(1, SECOND / perSecond);
  while (waiting.length > 0) {
    for (; measured <= now; measured += interval) {
      if (order === 'between live ones') road.send([measured], now);
      else waiting.push(measured);
    }
    const part = order === 'newest first' ? waiting.splice(-batch) : waiting.splice(0, batch);
    road.send(part, now + 1);
    now += pause * part.length;
  }
  for (const end = now + CALM; now < end; measured += interval) {
    now = Math.max(now, measured);
    road.send([measured], now + 200);
  }
  return road.sent;
}
