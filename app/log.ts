import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';

/** Names under which a secret or something about a person might reach a log entry, at any of the first two levels. */
const SECRET_NAMES = [
  'password',
  'passwordHash',
  'token',
  'tokenHash',
  'secret',
  'link',
  'authorization',
  'cookie',
  'payload',
] as const;

const REDACTED_PATHS = [
  ...SECRET_NAMES.flatMap((name) => [name, `*.${name}`]),
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

export interface LogOptions {
  /** One of pino's levels, or `silent`. */
  readonly level: string;
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The log: JSON lines for machines, readable lines on a terminal. Secrets are replaced by `[hidden]`. */
export function createLog({ level, stream }: LogOptions): Logger {
  const readable = stream.isTTY === true;
  const destination: DestinationStream = readable
    ? pretty({ destination: stream, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' })
    : { write: (line) => void stream.write(line) };
  return pino({ level, base: null, redact: { paths: REDACTED_PATHS, censor: '[hidden]' } }, destination);
}
