import { setImmediate } from 'node:timers/promises';
import type { Desk, QuerySide } from '../contract/query.ts';
import type { ConnectionChange, InboundMessage } from '../contract/message.ts';
import type { User } from '../contract/account.ts';
import { demoHistory } from '../simulators/demo.ts';
import type { DeviceAction } from '../simulators/simulation.ts';
import type { SimulationState } from '../simulators/state.ts';
import type { HandoverClock } from './handover-clock.ts';

/** The line, as the broker has it, and the desk, as an operator has it. */
export interface Lived {
  accept(message: InboundMessage): Promise<void>;
  connection(change: ConnectionChange): void;
  drained(): Promise<void>;
  readonly query: Pick<QuerySide, 'snapshot'>;
  readonly desk: Pick<Desk, 'acknowledge'>;
}

export interface DemoHistoryOptions {
  readonly ingest: Lived;
  readonly clock: HandoverClock;
  readonly site: string;
  readonly seed: number;
  /** Whole hours by which the site's shifts are later. */
  readonly shift: number;
  /** The machine's wall time (ms epoch), which the days before have to catch up with. */
  readonly today: () => number;
  /** Resolves when it is to stop where it is. */
  readonly until: Promise<unknown>;
  /** Who acknowledges alarms in those days. */
  readonly duty: User;
  /** Goes round at the end of shifts, as far as they are over at a time (ms epoch). */
  readonly rounds?: (now: number) => Promise<void>;
}

/** Where the devices go on, and by how many hours their shifts are later. */
export interface Handover {
  readonly shift: number;
  readonly from: SimulationState;
}

const MINUTE = 60_000;
/** What is told at one time: half hours in which nothing happens, minutes in which delays run. */
const BLOCK = { quiet: 30 * MINUTE, eventful: MINUTE };
/** The last of it is told as finely as what happens. */
const LAST = 90 * MINUTE;
/** From the last two hours on it takes about so long (ms) until the devices are there over the network. */
const TELLING = 3_000;
/** Without any days before, the mine has still lived for so long (ms), unseen. */
const UNSEEN = 150 * MINUTE;
/** The days have caught up with today when this little (ms) is left: it is told without a wait. */
const CAUGHT_UP = 2_000;
/** Somebody on duty looks at an alarm after so long (ms), and this often at what there is. */
const ATTENTION = 4 * MINUTE;
const LOOKS = 3 * MINUTE;
/** Ids of the connections of those days: the broker counts its own from 1. */
const FIRST_CONNECTION = 1_000_000_000;

/** What is told at one time. */
interface Part {
  /** Up to here, ms epoch. */
  readonly to: number;
  readonly isEventful: boolean;
  readonly actions: Iterable<DeviceAction>;
}

/** Said before the days are told. */
export function tellingHistory(days: number): string {
  return `先生成 ${days} 天历史，请稍候。 First the mine lives through ${days} days; one moment.\n`;
}

/**
 * Lets the demo's devices live through the days before it begins, message by message through the line, from where the
 * clock stands until they have caught up with today. The clock is released then. Undefined: it was stopped.
 */
export async function tellHistory(options: DemoHistoryOptions): Promise<Handover | undefined> {
  const { ingest, clock, seed, shift, today, until } = options;
  const told = { stopped: false };
  void until.then(() => {
    told.stopped = true;
  });
  const begin = clock.now().wall;
  const isUntold = today() - begin < MINUTE;
  const end = () => today() + TELLING;
  const history = demoHistory({ seed, shift, start: isUntold ? begin - UNSEEN : begin, end });
  const feed = feeder(options);
  const tell = ({ to, actions }: Pick<Part, 'to' | 'actions'>) => {
    for (const action of actions) feed(action);
    clock.moveTo(to);
    clock.runDue();
  };
  /** What is told next after a time; undefined: the days have caught up. */
  const after = (at: number): Part | undefined => {
    const left = today() - at;
    if (isUntold || left <= CAUGHT_UP) return undefined;
    const block = history.isEventful(at) || left < LAST + BLOCK.quiet ? BLOCK.eventful : BLOCK.quiet;
    const to = Math.min(at + block, today());
    return { to, isEventful: block === BLOCK.eventful, actions: history.advance(to) };
  };
  let looked = begin;
  for (let part = after(begin); part !== undefined;) {
    if (told.stopped) return undefined;
    tell(part);
    // While it is being committed, the devices live on.
    const committed = ingest.drained();
    await setImmediate();
    const next = after(part.to);
    await committed;
    if (part.to - looked >= LOOKS || next === undefined) {
      looked = part.to;
      await acknowledge(options);
      await options.rounds?.(part.to);
    }
    part = next;
  }
  const to = today();
  const actions = history.advance(to);
  if (!isUntold) tell({ to, actions });
  clock.release();
  return { shift, from: history.state() };
}

function feeder({ ingest, clock, site }: DemoHistoryOptions): (action: DeviceAction) => void {
  const connections = new Map<string, number>();
  let next = FIRST_CONNECTION;
  return (action) => {
    const { device } = action;
    clock.moveTo(action.at);
    const at = clock.now();
    if (action.kind === 'publish') {
      void ingest.accept({
        topic: { site, device, leaf: action.leaf },
        payload: Buffer.from(action.payload),
        received: at,
        qos: 1,
        retain: false,
        origin: 'publish',
      });
    } else if (action.kind === 'connect') {
      connections.set(device, next);
      ingest.connection({ kind: 'connected', site, device, connection: next++, address: '127.0.0.1', at });
    } else {
      const end = action.end === 'lost' ? 'lost' : 'disconnect';
      const connection = connections.get(device) ?? 0;
      ingest.connection({ kind: 'ended', site, device, connection, end, at });
    }
  };
}

/** What the person on duty found, by rule. */
const NOTES: Readonly<Record<string, string>> = {
  'base.water': '蒸汽阀跳开，已复位，复测合格',
  'base.scald': '混水阀卡住，已更换，挂牌停用半小时',
  'base.bath_room': '手持表测得正常，探头漂移，已报修',
  'base.exhaust_fan': '皮带断，已换',
  'point.sensor_fault': '插头松脱，已插紧',
  'point.flatline': '探头坏，已更换',
  'device.offline': '现场停电，已恢复',
  'device.clock': '时区设错，已改',
  'door.forced': '检修人员未刷卡，已说明',
  'door.held_open': '送货，已关好',
  'terminal.frozen': '断电重启，恢复',
};

async function acknowledge({ ingest, clock, site, duty }: DemoHistoryOptions): Promise<void> {
  const now = clock.now().wall;
  for (const alarm of ingest.query.snapshot(site)?.alarms ?? []) {
    const open = alarm.state === 'unacknowledged' || alarm.state === 'returned_unacknowledged';
    if (!open || now - alarm.raisedAt < ATTENTION) continue;
    await ingest.desk.acknowledge({ alarm: alarm.id, user: duty, note: NOTES[alarm.rule] ?? null });
  }
}
