/** RFC 3339 with a zone; seconds may be left out, a leap second has no place on our clocks. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** ms epoch of an RFC 3339 text with a zone; undefined for any other, and for days that do not exist. */
export function momentOf(text: string): number | undefined {
  if (!MOMENT.test(text) || !isDate(text.slice(0, 10))) return undefined;
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** Whether a `2026-11-15` is in the calendar. */
export function isDate(date: string): boolean {
  return exists(() => Temporal.PlainDate.from(date, { overflow: 'reject' }));
}

/** Whether an `11-15` is in the calendar of some year. */
export function isMonthDay(day: string): boolean {
  return isDate(`2000-${day}`);
}

/** IANA names alone: an offset such as +08:00 knows no rules. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && exists(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name));
}

function exists(find: () => unknown): boolean {
  try {
    find();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
