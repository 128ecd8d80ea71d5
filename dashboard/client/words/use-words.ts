import { useI18n } from 'vue-i18n';
import type { LocalText } from '../../../contract/ids.ts';
import { metricSpec } from '../../../contract/metrics.ts';
import type { Band } from '../../../contract/live.ts';
import { durationParts } from '../format/duration.ts';
import { localText } from '../format/language.ts';
import { baseMetric } from '../format/metric.ts';
import { decimalsToTell, formatLimit, formatNumber } from '../format/number.ts';
import { type Preferences, usePreferences } from '../preferences.ts';

export interface MeasuredText {
  readonly number: string;
  readonly unit: string;
}

/** Of each set of preferences, that is of each app: a page of a thousand rows needs no thousand of them. */
const made = new WeakMap<Preferences, Words>();

/** Texts in the language chosen, for what the contract brings as numbers, times and keys. */
export function useWords(): Words {
  const preferences = usePreferences();
  let words = made.get(preferences);
  if (words === undefined) {
    words = createWords(useI18n(), preferences);
    made.set(preferences, words);
  }
  return words;
}

function createWords({ t, te }: Pick<ReturnType<typeof useI18n>, 't' | 'te'>, { language }: Preferences) {
  const local = (text: LocalText) => localText(text, language.value);

  function duration(ms: number): string {
    const { unit, ...counts } = durationParts(ms);
    return t(`duration.${unit}`, counts);
  }

  function unit(metric: string): string {
    const printed = metricSpec(baseMetric(metric))?.unit ?? '';
    if (printed === '°C') return t('unit.celsius');
    return printed === 's' ? t('unit.seconds') : printed;
  }

  /** A value as printed beside its limits: 39.96 where 40.0 would look like the limit. */
  function measured(value: number, metric: string, limits: readonly (number | null)[] = []): MeasuredText {
    const spec = metricSpec(baseMetric(metric)) ?? { decimals: 1, resolution: 0.01 };
    const decimals = decimalsToTell(value, limits, spec);
    return { number: formatNumber(value, { language: language.value, decimals }), unit: unit(metric) };
  }

  function measuredText(value: number, metric: string, limits: readonly (number | null)[] = []): string {
    const text = measured(value, metric, limits);
    return joined(text.number, text.unit);
  }

  function metricName(metric: string): string {
    const name = baseMetric(metric);
    const channel = metric.slice(name.length + 1);
    const word = metricSpec(name) === undefined ? name : t(`metric.${name}`);
    return channel === '' ? word : `${word} ${channel}`;
  }

  function bandText(band: Band, metric: string): string {
    const { low, high } = band;
    const named = {
      unit: unit(metric),
      low: low === null ? '' : formatLimit(low),
      high: high === null ? '' : formatLimit(high),
    };
    if (low !== null && high !== null) return t('value.bandBoth', named);
    if (low !== null) return t('value.bandLow', named);
    return high === null ? '' : t('value.bandHigh', named);
  }

  return {
    t,
    /** Whether there is a text of that name. */
    te: (key: string) => te(key),
    language,
    local,
    duration,
    ago: (ms: number) => t('ago', { duration: duration(ms) }),
    unit,
    measured,
    measuredText,
    metricName,
    bandText,
    count: (n: number) => formatNumber(n, { language: language.value, decimals: 0 }),
    percent: (share: number, decimals = 1) =>
      `${formatNumber(Math.floor(share * 100 * 10 ** decimals) / 10 ** decimals, { language: language.value, decimals: share === 1 ? 0 : decimals })} %`,
  };
}

export type Words = ReturnType<typeof createWords>;

function joined(number: string, unit: string): string {
  return unit === '' ? number : `${number} ${unit}`;
}
