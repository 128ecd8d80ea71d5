import type { ConnectionEnd } from '../../contract/message.ts';
import { targetsOf } from '../../simulators/faults.ts';
import { planSite } from '../../simulators/plan.ts';
import { registryOf } from '../../simulators/registry.ts';
import { loadScenario } from '../../simulators/scenarios.ts';
import { createSimulation, type DeviceAction } from '../../simulators/simulation.ts';
import { DrivenClock } from '../driven-clock.ts';
import { startRig } from '../ingest/line/rig.ts';
import { memoryFolder } from './memory-folder.ts';

const MINUTE = 60_000;
const TIMEZONE = 'Asia/Shanghai';

export interface Play {
  readonly scenario: string;
  /** Local time on 25 November 2026, such as 06:30, at which the scenario begins. */
  readonly from: string;
  readonly minutes: number;
  /** ms of time that pass at once: alarms are seen with this accuracy. */
  readonly block?: number;
}

/** An alarm as a test expects it: rule, side and subject, and when it was raised and went, by the clock on the wall. */
export interface Raised {
  readonly alarm: string;
  readonly raised: string;
  readonly returned: string | null;
}

/** Plays a scenario of the whole site through the line, with the delays that real sites have; returns all its alarms. */
export async function play({ scenario, from, minutes, block = 10_000 }: Play): Promise<Raised[]> {
  const start = Temporal.PlainDateTime.from(`2026-11-25T${from}`).toZonedDateTime(TIMEZONE).epochMilliseconds;
  const plan = planSite({ site: 'mine', devices: 28, timezone: TIMEZONE });
  const simulation = createSimulation({
    plan,
    scenario: loadScenario(scenario, targetsOf(plan)),
    seed: 1,
    start,
    step: 5,
  });
  const clock = new DrivenClock(start);
  const rig = await startRig({ registry: registryOf(plan), dir: memoryFolder(), clock });
  const perform = player({
    publish: ({ device, leaf, payload }) => void rig.publish(device, payload, { leaf }),
    connection: (change) =>
      change.kind === 'connected'
        ? rig.connect(change.device, change.connection)
        : rig.disconnect(change.device, change.connection, change.end),
  });
  for (let at = start + block; at <= start + minutes * MINUTE; at += block) {
    for (const action of simulation.advance(at)) {
      clock.advance(Math.max(0, action.at - clock.now().wall));
      perform(action);
    }
    clock.advance(at - clock.now().wall);
    await rig.ingest.drained();
  }
  return rig
    .alarms()
    .map(({ rule, side, subject, raisedAt, returnedAt }) => ({
      alarm: [rule, ...(side === null ? [] : [side]), subject.id].join(' '),
      raised: onTheWall(raisedAt),
      returned: returnedAt === null ? null : onTheWall(returnedAt),
    }))
    .sort((a, b) => (a.raised + a.alarm < b.raised + b.alarm ? -1 : 1));
}

type Connection = { readonly device: string; readonly connection: number } & (
  { readonly kind: 'connected'; readonly address: string } | { readonly kind: 'ended'; readonly end: ConnectionEnd }
);

/** Where simulated devices publish and connect to. */
export interface Stage {
  publish(action: Extract<DeviceAction, { kind: 'publish' }>): void;
  connection(change: Connection): void;
}

/** Does what devices do; gives each connection its number. */
export function player(stage: Stage): (action: DeviceAction) => void {
  const connections = new Map<string, number>();
  let next = 1;
  return (action) => {
    const { device } = action;
    if (action.kind === 'publish') {
      stage.publish(action);
    } else if (action.kind === 'connect') {
      connections.set(device, next);
      stage.connection({ kind: 'connected', device, connection: next++, address: '127.0.0.1' });
    } else {
      const end = action.end === 'lost' ? 'lost' : 'disconnect';
      stage.connection({ kind: 'ended', device, connection: connections.get(device) ?? 0, end });
    }
  };
}

function onTheWall(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(TIMEZONE)
    .toPlainTime()
    .toString({ smallestUnit: 'second' });
}
