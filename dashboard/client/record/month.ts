import { localDate } from '../format/time.ts';

/** `2026-11`, in the site's zone. */
export function monthOf(at: number, zone: string): string {
  return localDate(at, zone).slice(0, 7);
}

/** Months after a month, or before it when negative. */
export function monthAfter(month: string, count: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  const index = year * 12 + number - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** Day of the week, 0 for Sunday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}
