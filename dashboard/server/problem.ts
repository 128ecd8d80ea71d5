import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Problem } from '../../contract/api.ts';

/** What the server refuses, by the last part of the problem's `type`; the client words each in its own language. */
const KINDS = {
  validation: [400, 'A field is not as it should be'],
  'sign-in-refused': [401, 'User name or password is wrong'],
  'not-signed-in': [401, 'Sign in first'],
  'token-invalid': [401, 'The token is wrong, expired or revoked'],
  'role-too-low': [403, 'Your role does not allow this'],
  'wrong-password': [403, 'The password is wrong'],
  'people-only': [403, 'No token may do this: sign in'],
  'not-encrypted': [403, 'The request was not encrypted'],
  'foreign-origin': [403, 'The request comes from another site'],
  'link-invalid': [403, 'The link is used up, expired or wrong'],
  'no-such-thing': [404, 'There is no such thing here'],
  'wrong-method': [405, 'This address does not take that method'],
  'username-taken': [409, 'That user name exists already'],
  'name-taken': [409, 'That name is in use already'],
  'last-administrator': [409, 'The last administrator has to stay one'],
  'own-record': [409, 'Nobody reviews what they recorded themselves'],
  'corrected-before': [409, 'The record was corrected before'],
  'sheet-changed': [409, 'The register has changed meanwhile'],
  'own-account': [409, 'Nobody removes their own account'],
  'unknown-host': [421, 'The server is not known under this name'],
  'too-many-attempts': [429, 'Too many attempts'],
  'not-storing': [503, 'Nothing can be stored at the moment'],
  'store-unreadable': [503, 'The database of the readings cannot be read at the moment'],
  'not-ready': [503, 'The server is still starting'],
  busy: [503, 'The server is busy'],
} as const satisfies Record<string, readonly [number, string]>;

type ProblemKind = keyof typeof KINDS;

const TYPE_PREFIX = 'urn:facility-watch:problem:';

interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by hooks and handlers; the error handler sends it as it is. RFC 9457. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, { detail, errors, headers = {} }: ProblemDetails = {}) {
    const [status, title] = KINDS[kind];
    super(title);
    this.statusCode = status;
    this.problem = {
      type: TYPE_PREFIX + kind,
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    };
    // RFC 9110, 15.5.2: a 401 names a scheme. This one makes no browser ask for a password.
    const scheme = kind === 'token-invalid' ? 'Bearer error="invalid_token"' : 'Session';
    this.headers = status === 401 ? { 'www-authenticate': scheme, ...headers } : headers;
  }
}

/** A problem that has no more to say than its HTTP status. */
export function plainProblem(status: number, detail?: string): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
  };
}

export function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
