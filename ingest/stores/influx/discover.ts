import { Type, type Static, type TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { identifier, shellWord } from './escape.ts';
import { Answered, bareUrl, headerOf } from './failure.ts';
import type { InfluxSettings } from './protocol.ts';
import { tablesOf } from './queries.ts';
import { InfluxFailed } from './types.ts';
import type { Asked, Wire } from './wire.ts';

const HOUR = 3_600_000;
/** ms for each of the few questions of a start. */
const PATIENCE = 10_000;

type Generation = 1 | 2 | 3;

export interface Version {
  readonly generation: Generation;
  readonly version: string;
}

/** What is written to, found or made. */
export interface Destination {
  /** ms; null: for ever, or not to be found out. */
  readonly retention: number | null;
  readonly to: Parameters<Wire['writeTo']>[0];
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

const Bucket = Type.Object({
  id: Type.String(),
  orgID: Type.String(),
  retentionRules: Type.Array(Type.Object({ everySeconds: Type.Number() })),
});
const Buckets = Type.Object({ buckets: Type.Array(Bucket) });
const Orgs = Type.Object({ orgs: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) });
const Mappings = Type.Object({ content: Type.Array(Type.Object({ bucketID: Type.String() })) });

async function findBucket(wire: Wire, settings: InfluxSettings): Promise<Destination> {
  const { org, bucket, token } = settings;
  if (token === null) throw refused('InfluxDB 2 asks for a token: set INFLUX_TOKEN.');
  const found = (await lookForBucket(wire, settings)) ?? (await makeBucket(wire, settings));
  const seconds = found.retentionRules[0]?.everySeconds ?? 0;
  await mapBucket(wire, settings, found);
  return { retention: seconds === 0 ? null : seconds * 1_000, to: { org: org ?? found.orgID, bucket } };
}

async function lookForBucket(
  wire: Wire,
  { org, bucket, url }: InfluxSettings,
): Promise<Static<typeof Bucket> | undefined> {
  const of = new URLSearchParams({ name: bucket, ...(org === null ? {} : { org }) });
  const { buckets } = await parsed(Buckets, wire.ask(`/api/v2/buckets?${of.toString()}`, { timeout: PATIENCE })).catch(
    (error: unknown) => {
      if (!(error instanceof InfluxFailed) || isPassing(error)) throw error;
      if (error.status === 401 || error.status === 403)
        throw refused(`InfluxDB at ${bareUrl(url)} does not know this token: set INFLUX_TOKEN.`, error);
      if (error.message.includes('organization'))
        throw refused(`InfluxDB has no organisation ${JSON.stringify(org)}: set INFLUX_ORG.`, error);
      return { buckets: [] };
    },
  );
  if (buckets.length > 1)
    throw refused(`Several organisations have a bucket ${JSON.stringify(bucket)}: set INFLUX_ORG.`);
  return buckets[0];
}

async function makeBucket(wire: Wire, { org, bucket, retention }: InfluxSettings): Promise<Static<typeof Bucket>> {
  const name = shellWord(bucket);
  const command = `influx bucket create --name ${name} --org ${shellWord(org ?? 'ORG')} --retention ${hoursOf(retention)}h`;
  const problem =
    `The bucket ${JSON.stringify(bucket)} is not there for this token, and it may not create it. An administrator has ` +
    `to run: ${command} — and give the token of INFLUX_TOKEN the right to read and to write it.`;
  try {
    const of = org === null ? '' : `?${new URLSearchParams({ org }).toString()}`;
    const { orgs } = await parsed(Orgs, wire.ask(`/api/v2/orgs${of}`, { timeout: PATIENCE }));
    if (org === null && orgs.length > 1)
      throw refused(
        `The bucket ${JSON.stringify(bucket)} is not there, and there are ${orgs.length} organisations: set INFLUX_ORG.`,
      );
    const [owner] = orgs;
    if (owner === undefined) throw refused(problem);
    const everySeconds = (hoursOf(retention) * HOUR) / 1_000;
    const body = { orgID: owner.id, name: bucket, retentionRules: [{ type: 'expire', everySeconds }] };
    return await parsed(Bucket, wire.ask('/api/v2/buckets', { method: 'POST', body, timeout: PATIENCE }));
  } catch (error) {
    if (error instanceof Answered) throw refused(`${error.message}. Set INFLUX_BUCKET to another name.`, error);
    if (error instanceof InfluxFailed && isForbidden(error)) throw refused(problem, error);
    throw error;
  }
}

/** InfluxQL reads a bucket by a database of its name. Newer servers have one of themselves. */
async function mapBucket(wire: Wire, { bucket }: InfluxSettings, { id, orgID }: Static<typeof Bucket>): Promise<void> {
  const of = new URLSearchParams({ orgID, db: bucket });
  try {
    const { content } = await parsed(Mappings, wire.ask(`/api/v2/dbrps?${of.toString()}`, { timeout: PATIENCE }));
    if (content.some(({ bucketID }) => bucketID === id)) return;
    const body = { orgID, bucketID: id, database: bucket, retention_policy: 'autogen', default: true };
    await wire.ask('/api/v2/dbrps', { method: 'POST', body, timeout: PATIENCE });
  } catch (error) {
    if (!(error instanceof InfluxFailed) || isPassing(error)) throw error;
    const command = `influx v1 dbrp create --db ${shellWord(bucket)} --rp autogen --bucket-id ${id} --default`;
    throw refused(
      `The bucket ${JSON.stringify(bucket)} cannot be read by InfluxQL. An administrator has to run: ${command}`,
      error,
    );
  }
}

async function parsed<T extends TSchema>(schema: T, asked: Promise<Asked>): Promise<Static<T>> {
  const { body } = await asked;
  if (!Check(schema, body))
    throw new InfluxFailed('InfluxDB answers in a form that is not known.', { trouble: 'invalid' });
  return body;
}

function isPassing({ trouble }: InfluxFailed): boolean {
  return trouble === 'unreachable' || trouble === 'busy';
}

/** InfluxDB 1 says it in a 200, too. */
function isForbidden({ status, message }: InfluxFailed): boolean {
  return status === 401 || status === 403 || /not authorized|requires admin|privilege/i.test(message);
}

function refused(message: string, cause?: unknown): InfluxFailed {
  const status = cause instanceof InfluxFailed ? cause.status : null;
  return new InfluxFailed(message, { trouble: 'refused', status });
}

function hoursOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / HOUR));
}
