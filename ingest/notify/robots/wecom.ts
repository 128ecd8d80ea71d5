import type { Protocol } from '../types.ts';
import { GARBLED, judgeCode, objectOf, type Reason } from './answer.ts';

/** Of its list of global error codes. */
const REASONS: readonly Reason[] = [
  { problem: 'wrong_address', codes: [93000, 93004, 93008] },
  { problem: 'too_many', codes: [45009, 45033] },
  { problem: 'address_not_allowed', codes: [60020] },
];

/** A group robot of WeCom: no signature, the key in the address is all. */
export const wecom: Protocol = {
  textBytes: 2_048,
  perMinute: 15,
  request: ({ text }, { address }) => ({
    url: new URL(address),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ msgtype: 'text', text: { content: text } }),
  }),
  judge(body) {
    const answer = objectOf(body);
    return answer === undefined ? GARBLED : judgeCode(answer['errcode'], answer['errmsg'], REASONS);
  },
};
