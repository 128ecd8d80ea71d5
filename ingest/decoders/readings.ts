import { ID_PATTERN } from '../../contract/ids.ts';
import { METRIC_NAMES, METRICS, type MetricName } from '../../contract/metrics.ts';
import { claimedTime } from './claimed-time.ts';
import { elementsOf, isRecord, type Element } from './elements.ts';
import type { JsonDocument } from './json.ts';
import { nearest } from './nearest.ts';
import { childPath, quoted } from './path.ts';
import { found, type Rejections } from './rejections.ts';
import { rounded } from './rounded.ts';
import type { DecodedSample, DecodedValue } from './types.ts';

const OPEN = { confidential: false } as const;
const CHANNEL = new RegExp(ID_PATTERN);

/** `{"ts":…,"values":{"water_temperature":42.3}}`, or an array of such. Other keys are ignored. */
export function decodeReadings(document: JsonDocument, rejections: Rejections): DecodedSample[] {
  const samples: DecodedSample[] = [];
  for (const element of elementsOf(document, { rejections, ...OPEN })) {
    const sample = decodeSample(element, document, rejections);
    if (sample !== undefined) samples.push(sample);
  }
  return samples;
}

function decodeSample(
  { path, record }: Element,
  { duplicates }: JsonDocument,
  rejections: Rejections,
): DecodedSample | undefined {
  const valuesPath = childPath(path, 'values');
  if (!Object.hasOwn(record, 'values')) {
    rejections.add(
      'wrong_shape',
      path,
      `values is missing${meant(record)}; send {"values":{"water_temperature":42.3}}`,
    );
    return undefined;
  }
  const all = record['values'];
  if (!isRecord(all) || duplicates.has(valuesPath)) {
    const what = isRecord(all) ? 'values stands twice' : `values is ${found(all, OPEN)}`;
    rejections.add('wrong_shape', valuesPath, `${what}; send one object such as {"water_temperature":42.3}`);
    return undefined;
  }
  const time = claimedTime(record, { path, duplicates, rejections, ...OPEN });
  if (time === undefined) return undefined;

  const values: DecodedValue[] = [];
  for (const [key, given] of Object.entries(all)) {
    if (duplicates.size > 0 && duplicates.has(childPath(valuesPath, key))) {
      rejections.add(
        'bad_field',
        childPath(valuesPath, key),
        `${quoted(key, 80)} stands twice in values; send it once`,
      );
      continue;
    }
    const value = decodeValue(key, given, { among: valuesPath, rejections });
    if (value !== undefined) values.push(value);
  }
  return values.length === 0 ? undefined : { path: valuesPath, claimedTime: time, values };
}

function decodeValue(
  key: string,
  given: unknown,
  { among, rejections }: { among: string; rejections: Rejections },
): DecodedValue | undefined {
  const dot = key.indexOf('.');
  const name = dot < 0 ? key : key.slice(0, dot);
  const channel = dot < 0 ? '' : key.slice(dot + 1);
  const metric = METRIC_NAMES.find((candidate) => candidate === name);
  if (metric === undefined) {
    rejections.add('unknown_metric', childPath(among, key), unknownMetric(name));
    return undefined;
  }
  if (dot >= 0 && !CHANNEL.test(channel)) {
    const detail = `the channel ${quoted(channel, 40)} of ${metric} is no id; use a-z, 0-9, _ and -, such as ${metric}.outlet3`;
    rejections.add('unknown_metric', childPath(among, key), detail);
    return undefined;
  }
  if (typeof given !== 'number' || !Number.isFinite(given)) {
    rejections.add('not_a_number', childPath(among, key), `${quoted(key, 80)} is ${notANumber(metric, given)}`);
    return undefined;
  }
  return { key, metric, channel, value: rounded(metric, given) };
}

function unknownMetric(name: string): string {
  const near = nearest(name, METRIC_NAMES);
  const what = `there is no metric ${quoted(name, 64)}`;
  return near === undefined ? `${what}; the metrics are ${METRIC_NAMES.join(', ')}` : `${what}; did you mean ${near}?`;
}

function notANumber(metric: MetricName, given: unknown): string {
  if (typeof given === 'number') return 'a number too large to be one; send what was measured';
  if (given === null) return 'null; leave out what was not measured';
  const what = found(given, OPEN);
  if (typeof given === 'boolean' && METRICS[metric].kind === 'switch') return `${what}; send ${given ? 1 : 0}`;
  if (typeof given !== 'string') return `${what}; send a number`;
  if (/^\s*-?\d+,\d+\s*$/.test(given)) return `${what}; send a number with a decimal point, without quotes`;
  if (/^\s*-?\d+(\.\d+)?\s*$/.test(given)) return `${what}; send the number without quotes`;
  return `${what}; send a number, in decimal, without quotes and unit`;
}

/** Where a maker put the values, when not in `values`. */
function meant(record: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(record).slice(0, 100);
  const metric = keys.find((key) => METRIC_NAMES.some((name) => key === name || key.startsWith(`${name}.`)));
  if (metric !== undefined) return ` (${quoted(metric, 80)} belongs inside it)`;
  const near = keys.find((key) => nearest(key, ['values']) !== undefined);
  return near === undefined ? '' : ` (did ${quoted(near, 80)} mean it?)`;
}
