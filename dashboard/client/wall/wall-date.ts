import type { Language } from '../format/language.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Month, day and weekday in the site's zone, as the language writes them. */
export function wallDate(at: number, { zone, language }: { zone: string; language: Language }) {
  const key = `${language} ${zone}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    const month = language === 'en' ? 'short' : 'numeric';
    formatter = new Intl.DateTimeFormat(language, { timeZone: zone, month, day: 'numeric', weekday: 'short' });
    formatters.set(key, formatter);
  }
  const parts = formatter.formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  // Chinese puts its word for the unit behind the number: the catalogue says it.
  const bare = (type: string) => (language === 'en' ? part(type) : part(type).replace(/\D+$/, ''));
  return { month: bare('month'), day: bare('day'), weekday: part('weekday') };
}
