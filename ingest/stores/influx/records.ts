import { hash } from 'node:crypto';
import { floatValue, key, measurement, textValue } from './escape.ts';
import type { Line } from './lines.ts';
import type { InfluxRecord, RejectedReading } from './types.ts';

const NS_IN_MS = 1_000_000;

/**
 * Records as lines with times in ns: two of one millisecond would overwrite each other. The same record has the same
 * time each time that it is sent.
 */
export function recordLines(records: readonly InfluxRecord[]): { lines: Line[]; rejected: RejectedReading[] } {
  const lines: Line[] = [];
  const rejected: RejectedReading[] = [];
  for (const record of records) {
    try {
      lines.push({ text: textOf(record), t: record.at, measurement: record.measurement, parts: [] });
    } catch (error) {
      rejected.push({ series: 0, t: record.at, value: 0, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { lines, rejected };
}

function textOf({ measurement: name, tags, fields, at, id }: InfluxRecord): string {
  const tagged = Object.entries(tags)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, value]) => `,${key(tag)}=${key(value)}`);
  const written = Object.entries(fields).map(([field, value]) => `${key(field)}=${fieldValue(value)}`);
  if (written.length === 0) throw new RangeError('InfluxDB keeps no record without a field');
  return `${measurement(name)}${tagged.join('')} ${written.join(',')} ${nanoseconds(at, id)}`;
}

function fieldValue(value: number | string | boolean): string {
  if (typeof value === 'number') return floatValue(value);
  return typeof value === 'boolean' ? String(value) : textValue(value);
}

/** The part below the millisecond is a number from 0 to 999,999 that the id alone decides. */
export function nanoseconds(at: number, id: string): string {
  const below = Number.parseInt(hash('sha256', id, 'hex').slice(0, 12), 16) % NS_IN_MS;
  return String(BigInt(at) * BigInt(NS_IN_MS) + BigInt(below));
}
