import type { Shift } from '../../contract/record.ts';
import type { OpeningWindow, SiteRegistry } from '../../contract/registry.ts';
import { windowSpan } from '../standards/schedule.ts';

/** Where nothing says when it is open, the whole day is one shift. */
const WHOLE_DAY: readonly OpeningWindow[] = [{ from: '00:00', to: '24:00' }];

/** The opening windows of an area, in the order of the day. */
export function windowsOf(registry: SiteRegistry, area: string): readonly OpeningWindow[] {
  const own = registry.areas.find(({ id }) => id === area)?.openingHours;
  const windows = own ?? registry.openingHours ?? WHOLE_DAY;
  return windows.toSorted((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
}

/**
 * The shifts of an area on local days from `from` to `to`, both included (`2026-11-30`), ascending. One that crosses
 * midnight belongs to the day on which it starts.
 */
export function shiftsOf(registry: SiteRegistry, area: string, days: { from: string; to: string }): Shift[] {
  const windows = windowsOf(registry, area);
  const last = Temporal.PlainDate.from(days.to);
  const shifts: Shift[] = [];
  for (
    let date = Temporal.PlainDate.from(days.from);
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    for (const window of windows) {
      const { from: start, to: end } = windowSpan(window, date, registry.timezone);
      if (start < end) shifts.push({ day: date.toString(), ...window, start, end });
    }
  }
  return shifts;
}

/** The local date at a moment. */
export function localDay(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** `days` before a local date, or after it when negative. */
export function daysBefore(day: string, days: number): string {
  return Temporal.PlainDate.from(day).subtract({ days }).toString();
}
