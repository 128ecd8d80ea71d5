import { Type, type Static, type TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { hoursOf, isForbidden, isPassing, PATIENCE, refused, type Destination } from './destination.ts';
import { shellWord } from './escape.ts';
import { Answered, bareUrl } from './failure.ts';
import type { InfluxSettings } from './protocol.ts';
import { InfluxFailed } from './types.ts';
import type { Asked, Wire } from './wire.ts';

const Bucket = Type.Object({
  id: Type.String(),
  orgID: Type.String(),
  retentionRules: Type.Array(Type.Object({ everySeconds: Type.Number() })),
});
type Bucket = Static<typeof Bucket>;
const Buckets = Type.Object({ buckets: Type.Array(Bucket) });
const Orgs = Type.Object({ orgs: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) });
const Mappings = Type.Object({
  content: Type.Array(
    Type.Object({ id: Type.String(), bucketID: Type.String(), retention_policy: Type.Optional(Type.String()) }),
  ),
});

/** The policy of InfluxQL under which a bucket is found. */
const POLICY = 'autogen';

/** Finds or makes the bucket of InfluxDB 2. @throws InfluxFailed `refused`, whose message says what somebody has to do. */
export async function findBucket(wire: Wire, settings: InfluxSettings): Promise<Destination> {
  const { org, bucket, token } = settings;
  if (token === null) throw refused('InfluxDB 2 asks for a token: set INFLUX_TOKEN.');
  // Before it is made: the server takes such a bucket, and has no mapping for it.
  if (bucket.includes('/'))
    throw refused(`No bucket whose name has a / in it can be read by InfluxQL: set INFLUX_BUCKET to another name.`);
  const found = (await lookForBucket(wire, settings)) ?? (await makeBucket(wire, settings));
  const seconds = found.retentionRules[0]?.everySeconds ?? 0;
  await mapBucket(wire, settings, found);
  return { retention: seconds === 0 ? null : seconds * 1_000, to: { org: org ?? found.orgID, bucket } };
}

async function lookForBucket(wire: Wire, settings: InfluxSettings): Promise<Bucket | undefined> {
  const { bucket, org, url } = settings;
  const buckets = await byOrganisation(org, async (of) => {
    const query = new URLSearchParams({ name: bucket, ...of });
    return (await parsed(Buckets, wire.ask(`/api/v2/buckets?${query.toString()}`, { timeout: PATIENCE }))).buckets;
  }).catch((error: unknown) => {
    if (!(error instanceof InfluxFailed) || isPassing(error)) throw error;
    if (error.status === 401 || error.status === 403)
      throw refused(`InfluxDB at ${bareUrl(url)} does not know this token: set INFLUX_TOKEN.`, error);
    if (isOfOrganisation(error)) throw noOrganisation(org, error);
    return [];
  });
  if (buckets.length > 1)
    throw refused(`Several organisations have a bucket ${JSON.stringify(bucket)}: set INFLUX_ORG.`);
  return buckets[0];
}

/** INFLUX_ORG is a name or an id; the server asks which it is. A name may look like an id. */
async function byOrganisation<T>(
  org: string | null,
  ask: (of: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (org === null) return ask({});
  try {
    return await ask({ org });
  } catch (error) {
    if (!isId(org) || !(error instanceof InfluxFailed) || !isOfOrganisation(error)) throw error;
    return ask({ orgID: org });
  }
}

async function makeBucket(wire: Wire, settings: InfluxSettings): Promise<Bucket> {
  const { bucket, org, retention } = settings;
  const orgID = await ownerOf(wire, settings);
  const body = {
    orgID,
    name: bucket,
    retentionRules: [{ type: 'expire', everySeconds: hoursOf(retention) * 3_600 }],
  };
  try {
    return await parsed(Bucket, wire.ask('/api/v2/buckets', { method: 'POST', body, timeout: PATIENCE }));
  } catch (error) {
    if (error instanceof Answered) throw refused(`${error.message}. Set INFLUX_BUCKET to another name.`, error);
    if (!(error instanceof InfluxFailed)) throw error;
    if (isForbidden(error)) throw notThere(settings, 'and it may not create it', error);
    if (isOfOrganisation(error)) throw noOrganisation(org, error);
    throw error;
  }
}

/** Id of the organisation that a bucket is made in. */
async function ownerOf(wire: Wire, settings: InfluxSettings): Promise<string> {
  const { bucket, org } = settings;
  const unread = 'and as it may not read organisations, nobody can try to create it by name';
  try {
    const orgs = await byOrganisation(org, async (of) => {
      const query = new URLSearchParams(of).toString();
      return (await parsed(Orgs, wire.ask(`/api/v2/orgs?${query}`, { timeout: PATIENCE }))).orgs;
    });
    if (org === null && orgs.length > 1)
      throw refused(
        `The bucket ${JSON.stringify(bucket)} is not there, and there are ${orgs.length} organisations: set INFLUX_ORG.`,
      );
    const [owner] = orgs;
    if (owner !== undefined) return owner.id;
  } catch (error) {
    if (!(error instanceof InfluxFailed)) throw error;
    if (isOfOrganisation(error)) throw noOrganisation(org, error);
    if (!isForbidden(error)) throw error;
  }
  // Whoever may not read organisations is shown none; a token may have the right to create buckets all the same.
  if (org !== null && isId(org)) return org;
  throw notThere(settings, unread);
}

function notThere({ bucket, org, retention }: InfluxSettings, why: string, cause?: unknown): InfluxFailed {
  const command =
    `influx bucket create --name ${shellWord(bucket)} --org ${shellWord(org ?? 'ORG')} ` +
    `--retention ${hoursOf(retention)}h`;
  return refused(
    `The bucket ${JSON.stringify(bucket)} is not there for this token, ${why}. An administrator has ` +
      `to run: ${command} — and give the token of INFLUX_TOKEN the right to read and to write it.`,
    cause,
  );
}

/** InfluxQL reads a bucket by a database of its name. Newer servers have one of themselves. */
async function mapBucket(wire: Wire, { bucket }: InfluxSettings, { id, orgID }: Bucket): Promise<void> {
  const name = JSON.stringify(bucket);
  const of = new URLSearchParams({ orgID, db: bucket });
  const create = `influx v1 dbrp create --db ${shellWord(bucket)} --rp ${POLICY} --bucket-id ${id} --default`;
  try {
    const { content } = await parsed(Mappings, wire.ask(`/api/v2/dbrps?${of.toString()}`, { timeout: PATIENCE }));
    if (content.some(({ bucketID }) => bucketID === id)) return;
    const other = content.find(({ retention_policy }) => retention_policy === POLICY);
    if (other !== undefined)
      throw refused(
        `InfluxQL finds another bucket under the name ${name}. An administrator has to run: ` +
          `influx v1 dbrp delete --id ${shellWord(other.id)}; ${create} — or set INFLUX_BUCKET to another name.`,
      );
    const body = { orgID, bucketID: id, database: bucket, retention_policy: POLICY, default: true };
    await wire.ask('/api/v2/dbrps', { method: 'POST', body, timeout: PATIENCE });
  } catch (error) {
    if (error instanceof Answered)
      throw refused(
        `The bucket ${name} cannot be read by InfluxQL: ${error.message}. Set INFLUX_BUCKET to another name.`,
        error,
      );
    if (!(error instanceof InfluxFailed) || isPassing(error) || error.message.startsWith('InfluxQL finds')) throw error;
    throw refused(`The bucket ${name} cannot be read by InfluxQL. An administrator has to run: ${create}`, error);
  }
}

async function parsed<T extends TSchema>(schema: T, asked: Promise<Asked>): Promise<Static<T>> {
  const { body } = await asked;
  if (!Check(schema, body))
    throw new InfluxFailed('InfluxDB answers in a form that is not known.', { trouble: 'invalid' });
  return body;
}

function noOrganisation(org: string | null, cause: unknown): InfluxFailed {
  return refused(`InfluxDB has no organisation ${JSON.stringify(org)}: set INFLUX_ORG.`, cause);
}

function isOfOrganisation({ status, message }: InfluxFailed): boolean {
  return status === 404 && message.includes('organization');
}

/** As InfluxDB 2 writes them. */
function isId(org: string): boolean {
  return /^[0-9a-f]{16}$/.test(org);
}
