import { createHmac } from 'node:crypto';
import type { Destination, Protocol } from '../types.ts';
import { GARBLED, judgeCode, objectOf, type Reason } from './answer.ts';

const REASONS: readonly Reason[] = [
  { problem: 'wrong_address', codes: [19001, 19002] },
  { problem: 'wrong_signature', codes: [19021] },
  { problem: 'address_not_allowed', codes: [19022] },
  { problem: 'keyword_missing', codes: [19024] },
  { problem: 'too_many', codes: [11232, 11233, 11247] },
  { problem: 'too_many', codes: [9499], says: /many|frequen|limit/i },
];

/** A group robot of Feishu. Its signature goes into the body: HMAC-SHA-256 of nothing, keyed with time and secret. */
export const feishu: Protocol = {
  // It takes a body of 20 kB.
  textBytes: 4_096,
  perMinute: 15,
  request: ({ text }, to) => ({
    url: new URL(to.address),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ...signature(to), msg_type: 'text', content: { text } }),
  }),
  judge(body) {
    const answer = objectOf(body);
    // Older ones answer in other names, newer ones in both.
    const code = answer?.['code'] ?? answer?.['StatusCode'];
    return answer === undefined ? GARBLED : judgeCode(code, answer['msg'] ?? answer['StatusMessage'], REASONS);
  },
};

function signature({ secret, at }: Destination): { timestamp?: string; sign?: string } {
  if (secret === null) return {};
  const timestamp = String(Math.floor(at / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
