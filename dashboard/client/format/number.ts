import type { Language } from './language.ts';

const formatters = new Map<string, Intl.NumberFormat>();

/** A number with exactly `decimals` decimals, grouped by thousands, with a true minus sign. */
export function formatNumber(value: number, { language, decimals }: { language: Language; decimals: number }): string {
  const key = `${language} ${decimals}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formatters.set(key, formatter);
  }
  const text = formatter.format(value);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

/**
 * Decimals that tell a value from its limits: 39.96 beside 40.0 is never printed as 40.0.
 * Starts at the metric's usual decimals and ends at its resolution, as values are stored.
 */
export function decimalsToTell(
  value: number,
  limits: readonly (number | null)[],
  { decimals, resolution }: { decimals: number; resolution: number },
): number {
  const most = Math.max(decimals, Math.round(-Math.log10(resolution)));
  const looksLike = (limit: number, count: number) => value !== limit && value.toFixed(count) === limit.toFixed(count);
  let count = decimals;
  while (count < most && limits.some((limit) => limit !== null && looksLike(limit, count))) count += 1;
  return count;
}

/** A limit as written beside the band: no more decimals than it has. */
export function formatLimit(limit: number): string {
  return String(Number(limit.toFixed(3))).replace('-', '−');
}
