import { createHmac } from 'node:crypto';
import type { Destination, Judgement, Protocol } from '../types.ts';
import { DELIVERED, GARBLED, objectOf, refused, type AnswerFields } from './answer.ts';

/** Codes with which programs say that all is well. */
const WELL: readonly unknown[] = [0, 200, '0', '200', '00000', 'ok', 'OK', 'success', 'SUCCESS'];

/**
 * One's own program. Signed over time and body, so that neither can be changed and an old one not played again:
 * `v1=` hex HMAC-SHA-256 of `timestamp.body`.
 */
export const webhook: Protocol = {
  textBytes: 8_192,
  perMinute: 60,
  request: ({ message, json }, { address, secret, at }) => {
    const timestamp = String(Math.floor(at / 1_000));
    return {
      url: new URL(address),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-facility-watch-delivery': message.id,
        'x-facility-watch-timestamp': timestamp,
        'x-facility-watch-signature': signatureOf({ secret, timestamp, body: json }),
        ...(message.repeat ? { 'x-facility-watch-repeat': 'true' } : {}),
      },
      body: json,
    };
  },
  judge: judgeAnswer,
};

function signatureOf(of: { secret: Destination['secret']; timestamp: string; body: string }): string {
  const { secret, timestamp, body } = of;
  return `v1=${createHmac('sha256', secret ?? '')
    .update(`${timestamp}.${body}`)
    .digest('hex')}`;
}

/** Nothing, `ok`, or an object of JSON that speaks of no failure. A page of HTML is somebody else's answer. */
function judgeAnswer(body: string): Judgement {
  const text = body.trim();
  if (text === '' || /^ok$/i.test(text)) return { ...DELIVERED, code: null };
  const answer = objectOf(text);
  if (answer === undefined) return GARBLED;
  const failure = failureIn(answer);
  return failure === undefined ? { ...DELIVERED, code: null } : refused('rejected', failure);
}

function failureIn(answer: AnswerFields): unknown {
  for (const name of ['errcode', 'code', 'StatusCode']) {
    const code = answer[name];
    if (code !== undefined && code !== null && !WELL.includes(code)) return code;
  }
  for (const name of ['ok', 'success']) if (answer[name] === false) return `${name}: false`;
  const { error } = answer;
  return error === undefined || error === null || error === false || error === '' ? undefined : 'error';
}
