import { localDate } from '../format/time.ts';
import { momentOf } from '../history/range.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Where an end is counted: the server's time now, and by how much the site's clocks are ahead of UTC, ms. */
export interface ModeClock {
  readonly now: number;
  readonly zone: string;
  readonly offset: (at: number) => number;
}

/** `hours`: two hours from now; `window`: the end of the open window, or of the next one; `morning`: tomorrow at six. */
export type UntilChoice = 'hours' | 'window' | 'morning' | 'own';

/** When a choice ends, ms epoch; null: there is no such end, or a field that holds none. */
export function untilOf(choice: UntilChoice, clock: ModeClock, { hours, own }: { hours: string; own: string }) {
  switch (choice) {
    case 'hours':
      return Math.ceil((clock.now + 2 * HOUR) / 60_000) * 60_000;
    case 'window':
      return endOfWindow(hours, clock);
    case 'morning':
      return momentOf(`${localDate(clock.now + DAY, clock.zone)}T06:00`, clock.offset);
    case 'own':
      return momentOf(own, clock.offset);
  }
}

/** `14:00–19:00` as local times, the window now in force or next; null: always open, or never. */
export function endOfWindow(hours: string, { now, zone, offset }: ModeClock): number | null {
  const [, end] = hours.split('–');
  if (end === undefined) return null;
  // The day ends with 24:00, which is when the next one begins.
  const [time, later] = end === '24:00' ? ['00:00', 1] : [end, 0];
  const ends = [0, 1, 2].map((days) => momentOf(`${localDate(now + (days + later) * DAY, zone)}T${time}`, offset));
  return ends.find((at) => at !== null && at > now) ?? null;
}
