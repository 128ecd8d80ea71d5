import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { DeliveryProblem } from '../../contract/channel.ts';
import type { Clock } from '../../contract/clock.ts';

/** ms from the request to the end of its answer. */
const ANSWER_WITHIN = 10_000;
/** Characters of an answer that are read; a robot's has a hundred. */
const ANSWER_LENGTH = 65_536;

export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type PostResult =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** `uncertain`: the request may have arrived all the same. */
  | {
      readonly kind: 'failed';
      readonly problem: DeliveryProblem;
      readonly uncertain: boolean;
      readonly detail: string;
    };

export interface PostOptions {
  readonly clock: Clock;
  /** Gives the answer up. */
  readonly signal: AbortSignal;
}

/** One POST over a connection of its own. Follows no redirect, reads at most 65,536 characters, ends after 10 s. Never rejects. */
export function post({ url, headers, body }: PostRequest, { clock, signal }: PostOptions): Promise<PostResult> {
  return new Promise((resolve) => {
    let connected = false;
    const begin = url.protocol === 'https:' ? requestOverTls : requestPlain;
    const bytes = Buffer.from(body);
    const sending = begin(url, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': String(bytes.length), 'user-agent': 'facility-watch' },
    });
    const finish = (result: PostResult): void => {
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
      resolve(result);
      sending.destroy();
    };
    const giveUp = () => finish(failed('timeout', connected, 'no answer in time'));
    const timer = clock.after(ANSWER_WITHIN, giveUp);
    signal.addEventListener('abort', giveUp);

    sending.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    sending.on('error', (error) => finish(failed(problemOf(error, connected), connected, codeOf(error))));
    sending.on('response', (answer) => {
      read(answer).then(
        (text) => finish({ kind: 'answered', status: answer.statusCode ?? 0, body: text }),
        (error: unknown) => finish(failed('unreachable', true, codeOf(error))),
      );
    });
    if (signal.aborted) giveUp();
    else sending.end(bytes);
  });
}

/** What is longer than any robot's answer is cut: it will not be understood anyway. */
async function read(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const part of answer) {
    text += String(part);
    if (text.length > ANSWER_LENGTH) break;
  }
  return text.slice(0, ANSWER_LENGTH);
}

function failed(problem: DeliveryProblem, uncertain: boolean, detail: string): PostResult {
  return { kind: 'failed', problem, uncertain, detail };
}

const NAME_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);

function problemOf(error: Error, connected: boolean): DeliveryProblem {
  const code = codeOf(error);
  if (NAME_CODES.has(code)) return 'unknown_host';
  if (code === 'ETIMEDOUT') return 'timeout';
  // What TLS refuses before it stands is the certificate, or no TLS at all.
  if (
    !connected &&
    (code.includes('CERT') || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO')
  )
    return 'certificate';
  if (!connected && /SIGNATURE|ISSUER|SELF_SIGNED|UNABLE_TO/.test(code)) return 'certificate';
  if (code.startsWith('HPE_')) return 'garbled';
  return 'unreachable';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
