export type DurationParts =
  | { readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'; readonly n: number }
  | { readonly unit: 'hoursMinutes'; readonly h: number; readonly m: number };

/** Splits a duration in ms as people say it: 52 s, 6 min, 1 h 8 min, 14 h, 3 d. Rounds down, never below 0. */
export function durationParts(ms: number): DurationParts {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return { unit: 'seconds', n: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { unit: 'minutes', n: minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 10 && minutes % 60 > 0) return { unit: 'hoursMinutes', h: hours, m: minutes % 60 };
  if (hours < 48) return { unit: 'hours', n: hours };
  return { unit: 'days', n: Math.floor(hours / 24) };
}

/** `9:42` of a countdown. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
