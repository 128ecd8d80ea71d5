import { createHmac } from 'node:crypto';
import type { Destination, Protocol } from '../types.ts';
import { GARBLED, judgeCode, objectOf, type Reason } from './answer.ts';

/** 310000 stands for each of the robot's own safety settings; the text tells which. */
const REASONS: readonly Reason[] = [
  { problem: 'keyword_missing', codes: [310000], says: /keyword/i },
  { problem: 'address_not_allowed', codes: [310000], says: /whitelist|\bip\b/i },
  { problem: 'wrong_signature', codes: [310000] },
  { problem: 'wrong_address', codes: [300005, 400013, 400101, 400102, 400106] },
  { problem: 'too_many', codes: [130101, 410100, 90018, 90030] },
];

/**
 * A group robot of DingTalk. More than 20 messages in a minute mute it for ten, so it gets 15 at most.
 * Its signature goes into the address: HMAC-SHA-256 of time and secret, keyed with the secret.
 */
export const dingtalk: Protocol = {
  // It takes 20,000; nobody reads that in a group.
  textBytes: 4_096,
  perMinute: 15,
  request: ({ text }, to) => ({
    url: signed(to),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ msgtype: 'text', text: { content: text } }),
  }),
  judge(body) {
    const answer = objectOf(body);
    return answer === undefined ? GARBLED : judgeCode(answer['errcode'], answer['errmsg'], REASONS);
  },
};

function signed({ address, secret, at }: Destination): URL {
  const url = new URL(address);
  if (secret === null) return url;
  const timestamp = String(Math.round(at));
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
  return url;
}
