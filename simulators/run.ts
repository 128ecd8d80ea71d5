import type { Clock } from '../contract/clock.ts';
import type { EventDetail } from '../contract/event.ts';
import type { Facility, SimulatedDevice } from './facility.ts';
import { changesBetween, type Change, type Story } from './story.ts';

/** How simulated devices reach the broker. */
export interface Publisher {
  /** The device is switched on. */
  powerOn(device: string): void;
  /** The device loses power: its connection breaks without a DISCONNECT. */
  powerOff(device: string): void;
  publish(device: string, leaf: 'readings' | 'events', payload: string): void;
}

export interface SimulationOptions {
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly facility: Facility;
  readonly story: Story;
  /** How many times faster than the clock the facility lives. */
  readonly speed?: number;
}

/** ms of the clock between two steps of the models. */
const STEP = 250;

/** Lets the facility live by the clock and tells the story. Returns the way to stop. */
export function runSimulation({ clock, publisher, facility, story, speed = 1 }: SimulationOptions): { stop(): void } {
  const started = clock.now();
  // Ids are unique across runs: a restarted demo must not seem to repeat the events of the one before.
  const run = started.wall.toString(36);
  const off = new Set<string>();
  const dueAt = new Map(facility.devices.map((device, index) => [device, firstReport(device, index)]));
  let elapsed = 0;
  let eventCount = 0;

  const tell = (device: string, events: readonly EventDetail[]) => {
    if (events.length === 0 || off.has(device)) return;
    const ts = clock.now().wall;
    const told = events.map((detail) => ({ id: `${run}-${++eventCount}`, ts, ...detail }));
    publisher.publish(device, 'events', JSON.stringify(told.length === 1 ? told[0] : told));
  };

  const report = ({ id }: SimulatedDevice) => {
    const values = facility.readings(id);
    if (!off.has(id) && Object.keys(values).length > 0) {
      publisher.publish(id, 'readings', JSON.stringify({ ts: clock.now().wall, values }));
    }
    tell(id, facility.standing(id));
  };

  const change = (what: Change) => {
    if (what.kind === 'power') {
      if (what.off) off.add(what.device);
      else off.delete(what.device);
      if (what.off) publisher.powerOff(what.device);
      else publisher.powerOn(what.device);
    }
    for (const { device, events } of facility.apply(what)) tell(device, events);
  };

  const step = () => {
    const before = elapsed;
    elapsed = ((clock.now().mono - started.mono) / 1_000) * speed;
    if (elapsed <= before) return;
    for (const { device, events } of facility.step(elapsed - before)) tell(device, events);
    for (const what of changesBetween(story, before, elapsed)) change(what);
    for (const [device, due] of dueAt) {
      if (due > elapsed) continue;
      report(device);
      // Reports that a stalled process missed are left out, as a device's would be.
      dueAt.set(device, due + Math.max(1, Math.ceil((elapsed - due) / device.interval)) * device.interval);
    }
  };

  for (const { id } of facility.devices) publisher.powerOn(id);
  for (const what of story.opening) change(what);
  const timer = clock.every(STEP, step);
  return { stop: () => timer.cancel() };
}

/** Reports are spread over the first seconds, so that devices do not all speak at once. */
function firstReport(device: SimulatedDevice, index: number): number {
  return 0.5 + ((index * 0.37) % Math.min(device.interval, 3));
}
