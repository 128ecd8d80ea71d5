import { HttpError } from '@influxdata/influxdb-client';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { InfluxFailed } from './types.ts';

/** A status that speaks of what was sent: 400, 413 or 422, with the server's words. */
export class Answered extends Error {
  override readonly name = 'Answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole answer. */
  readonly body: string;
  constructor(status: number, message: string, { headers, body }: { headers: Answered['headers']; body: string }) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

const OF_WHAT_WAS_SENT: ReadonlySet<number> = new Set([400, 413, 422]);
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404]);
const MOST_WORDS = 500;
/** Codes of OpenSSL for a certificate of an authority that is not known here. */
const UNTRUSTED = /^(UNABLE_TO_(VERIFY|GET_ISSUER)|(DEPTH_ZERO_)?SELF_SIGNED)/;

/** What went wrong, as it is told. `late`: ms after which we gave up waiting. */
export function failureOf(error: unknown, { url, late }: { url: string; late: number | null }): Error {
  if (error instanceof InfluxFailed || error instanceof Answered) return error;
  const at = bareUrl(url);
  if (error instanceof HttpError) {
    const { statusCode: status, headers = {}, body = '' } = error;
    const words = wordsOf(body) ?? (headerOf(headers, 'x-influxdb-error') || error.statusMessage || 'no words');
    if (OF_WHAT_WAS_SENT.has(status)) return new Answered(status, words, { headers, body });
    const retryAfter = retryAfterOf(headerOf(headers, 'retry-after'));
    const message = `InfluxDB at ${at} answers ${status}: ${words}`;
    if (REFUSED.has(status)) return new InfluxFailed(message, { trouble: 'refused', status });
    if (status === 408 || status === 429 || status >= 500)
      return new InfluxFailed(message, { trouble: 'busy', status, retryAfter });
    return new InfluxFailed(message, { trouble: 'invalid', status });
  }
  if (error instanceof SyntaxError)
    return new InfluxFailed(`What answers at ${at} is no InfluxDB: it sends no JSON.`, { trouble: 'invalid' });
  const why = late === null ? reasonOf(error) : `no answer within ${late / 1_000} s`;
  const remedy = UNTRUSTED.test(why)
    ? ' Set NODE_EXTRA_CA_CERTS to the certificate of the authority that made its own.'
    : '';
  return new InfluxFailed(`InfluxDB at ${at} (INFLUX_URL) cannot be reached: ${why}.${remedy}`, {
    trouble: 'unreachable',
  });
}

/** Without a user's name or password, should somebody have written them there. */
export function bareUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : origin + pathname;
}

const Words = Type.Union([
  Type.Object({ error: Type.String({ minLength: 1 }) }),
  Type.Object({ message: Type.String({ minLength: 1 }) }),
]);

/** What the server says, cut short; undefined: it says nothing that is InfluxDB's way. */
export function wordsOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (!Check(Words, parsed)) return undefined;
    return cut('error' in parsed ? parsed.error : parsed.message);
  } catch {
    return undefined;
  }
}

export function cut(words: string): string {
  return words.length <= MOST_WORDS ? words : `${words.slice(0, MOST_WORDS - 1)}…`;
}

export function headerOf(headers: Answered['headers'], name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** ms; null: it does not say. RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterOf(header: string): number | null {
  if (/^[0-9]{1,6}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return header === '' || Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
