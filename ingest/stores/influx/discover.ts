import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { findBucket } from './bucket.ts';
import { hoursOf, isForbidden, isPassing, PATIENCE, refused, type Destination } from './destination.ts';
import { identifier } from './escape.ts';
import { bareUrl, headerOf } from './failure.ts';
import type { InfluxSettings } from './protocol.ts';
import { tablesOf } from './queries.ts';
import { InfluxFailed } from './types.ts';
import type { Wire } from './wire.ts';

type Generation = 1 | 2 | 3;

export interface Version {
  readonly generation: Generation;
  readonly version: string;
}

/** @throws InfluxFailed when nothing answers, or what answers is no InfluxDB. */
export async function findVersion(wire: Wire, settings: InfluxSettings): Promise<Version> {
  const { headers, body } = await wire.ask('/ping', { timeout: PATIENCE });
  const version =
    headerOf(headers, 'x-influxdb-version') ||
    (Check(Health, body) ? body.version : await versionOfHealth(wire)) ||
    headerOf(headers, 'x-influxdb-build');
  const generation = generationOf(version);
  if (generation === null) {
    const found = version === '' ? 'no version' : `the version ${JSON.stringify(version.slice(0, 40))}`;
    const at = bareUrl(settings.url);
    throw new InfluxFailed(`What answers at ${at} names ${found} and is no InfluxDB that is known: set INFLUX_URL.`, {
      trouble: 'invalid',
    });
  }
  return { generation, version };
}

const Health = Type.Object({ version: Type.String() });

async function versionOfHealth(wire: Wire): Promise<string> {
  const { body } = await wire.ask('/health', { timeout: PATIENCE }).catch(() => ({ body: undefined }));
  return Check(Health, body) ? body.version : '';
}

/** InfluxDB Cloud names no number and is of the second generation. */
function generationOf(version: string): Generation | null {
  const major = Number(/^v?([0-9]+)\./.exec(version)?.[1] ?? NaN);
  if (major === 1 || major === 2) return major;
  if (major >= 3) return 3;
  return /cloud/i.test(version) ? 2 : null;
}

/** Finds or makes what is written to. @throws InfluxFailed `refused`, whose message says what somebody has to do. */
export function findDestination(wire: Wire, settings: InfluxSettings, generation: Generation): Promise<Destination> {
  if (generation === 1) return findDatabase(wire, settings);
  if (generation === 2) return findBucket(wire, settings);
  // It makes what it does not know, and keeps what it is told to by its own means.
  const { org, bucket } = settings;
  return Promise.resolve({ retention: null, to: { org: org ?? '', bucket } });
}

async function findDatabase(wire: Wire, settings: InfluxSettings): Promise<Destination> {
  const { bucket, retention } = settings;
  const to = { path: `/write?db=${encodeURIComponent(bucket)}` };
  const run = async (influxql: string, method: 'GET' | 'POST') => {
    const path = `/query?${new URLSearchParams({ q: influxql }).toString()}`;
    return tablesOf((await wire.ask(path, { method, timeout: PATIENCE })).body).tables;
  };
  const show = `SHOW RETENTION POLICIES ON ${identifier(bucket)}`;
  const make = `CREATE DATABASE ${identifier(bucket)} WITH DURATION ${hoursOf(retention)}h NAME "autogen"`;
  try {
    return { retention: retentionOf(await run(show, 'GET')), to };
  } catch (error) {
    if (!(error instanceof InfluxFailed) || isPassing(error)) throw error;
    if (error.status === 401) throw refused(`${error.message}. Set INFLUX_USERNAME and INFLUX_PASSWORD.`, error);
  }
  try {
    await run(make, 'POST');
    return { retention: retentionOf(await run(show, 'GET')), to };
  } catch (error) {
    if (!(error instanceof InfluxFailed) || isPassing(error)) throw error;
    if (!isForbidden(error)) throw refused(`${error.message}. Set INFLUX_BUCKET to another name.`, error);
    const grant =
      settings.username === null ? '' : `; GRANT ALL ON ${identifier(bucket)} TO ${identifier(settings.username)}`;
    throw refused(
      `The database ${identifier(bucket)} is not there for us, and we may not create it. ` +
        `An administrator has to run: ${make}${grant} — or set INFLUX_BUCKET to a database that is there.`,
      error,
    );
  }
}

/** ms of the default policy; null: for ever. Go writes a duration as `17520h0m0s`. */
function retentionOf(tables: ReturnType<typeof tablesOf>['tables']): number | null {
  const [table] = tables;
  const [duration, isDefault] = ['duration', 'default'].map((name) => table?.columns.indexOf(name) ?? -1);
  const policy = table?.values.find((row) => row[isDefault ?? -1] === true);
  const parts = /^([0-9]+)h([0-9]+)m([0-9]+)s$/.exec(textOf(policy?.[duration ?? -1]));
  const [, hours = 0, minutes = 0, seconds = 0] = (parts ?? []).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 || null;
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : '';
}
