const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    formatters.set(key, found);
  }
  return found;
}

/** `15:42:18` in the site's zone. */
export function clockTime(at: number, zone: string): string {
  return formatter(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
}

/** `15:42` in the site's zone. */
export function minuteTime(at: number, zone: string): string {
  return formatter(zone, { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** `2026-11-25` in the site's zone. */
export function localDate(at: number, zone: string): string {
  const parts = formatter(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** `2026-11-25 15:42` in the site's zone. */
export function localMinute(at: number, zone: string): string {
  return `${localDate(at, zone)} ${minuteTime(at, zone)}`;
}

/** `15:42` of today, `11-21 15:42` of another day: what follows "since". */
export function momentTime(at: number, { now, zone }: { now: number; zone: string }): string {
  const date = localDate(at, zone);
  const time = minuteTime(at, zone);
  return date === localDate(now, zone) ? time : `${date.slice(5)} ${time}`;
}
