const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * The moment (ms epoch, fractions cut to ms) that an RFC 3339 date-time with a zone names; undefined for any other text.
 * Stricter than `Date` and `Temporal`: no blank for T, no day that a month does not have, no hour 24, no second 60
 * (a leap second is no moment of the ms epoch).
 */
export function parseRfc3339(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const number = (group: number) => Number(match[group] ?? '0');
  const [year, month, day] = [number(1), number(2), number(3)];
  const [hour, minute, second] = [number(4), number(5), number(6)];
  const [zoneHour, zoneMinute] = [number(9), number(10)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;

  // Years below 100 mean another century to Date.UTC; 400 years are a whole number of days.
  const days = Date.UTC(year + 400, month - 1, day) / 86_400_000 - 146_097;
  const east = (zoneHour * 60 + zoneMinute) * (match[8] === '-' ? -1 : 1);
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return ((days * 24 + hour) * 60 + minute - east) * 60_000 + second * 1_000 + milliseconds;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
