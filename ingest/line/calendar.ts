import type { Instant } from '../../contract/clock.ts';
import { spanOfMode } from '../stores/ledger/mode-rows.ts';
import { compileSchedule } from '../standards/schedule.ts';
import { calendarTime } from './host-clock.ts';
import type { SiteModel } from './model.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
/** Schedules are compiled this far ahead, and anew when less than a day of it is left. */
const SPAN = 40 * DAY;

export function compileCalendar(world: World, model: SiteModel, now: Instant): void {
  const at = calendarTime(world, now);
  world.doubts += 1;
  const { site } = model.registry;
  const modes = (world.modes.get(site) ?? []).map(spanOfMode);
  world.schedules.set(site, compileSchedule(model.registry, { from: at - DAY, until: at + SPAN, modes }));
}

/** Compiles anew what runs out. Returns whether it did. */
export function refreshCalendar(world: World, model: SiteModel, now: Instant): boolean {
  const schedule = world.schedules.get(model.registry.site);
  const at = calendarTime(world, now);
  if (schedule !== undefined && schedule.from <= at && at < schedule.until - DAY) return false;
  compileCalendar(world, model, now);
  return true;
}
