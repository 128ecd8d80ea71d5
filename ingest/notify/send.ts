import type { Delivery } from '../../contract/channel.ts';
import type { Clock } from '../../contract/clock.ts';
import { withoutSecrets } from './address.ts';
import { messageDocument } from './document.ts';
import { post, type PostResult } from './post.ts';
import { PROTOCOLS } from './robots/index.ts';
import { messageText } from './text.ts';
import type { Attempt, Channel, Judgement, Message } from './types.ts';

const ANSWER_SHOWN = 500;

export interface SendOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Sends a message once and judges what came back, by its body. The one way that every message takes. Never rejects. */
export async function send(channel: Channel, message: Message, { clock, signal }: SendOptions): Promise<Attempt> {
  const protocol = PROTOCOLS[channel.kind];
  const text = messageText(message, protocol.textBytes);
  const begun = clock.now();
  const attempt = (delivery: Omit<Delivery, 'at' | 'took'>, uncertain: boolean): Attempt => ({
    delivery: { at: begun.wall, took: Math.round(clock.now().mono - begun.mono), ...delivery },
    uncertain,
    text,
  });
  // Sealed with another server's key: whoever has the address enters it again.
  if (channel.opened === null) return attempt(undelivered('wrong_address'), false);

  const to = { ...channel.opened, at: begun.wall };
  const json = messageDocument(message, text);
  const result = await post(protocol.request({ text, message, json }, to), { clock, signal });
  if (result.kind === 'failed') return attempt(undelivered(result.problem), result.uncertain);
  const { delivered, problem, code } = judgeAnswer(result, protocol.judge(result.body));
  const answer = withoutSecrets(result.body, channel.opened).slice(0, ANSWER_SHOWN);
  const delivery = { delivered, problem, httpStatus: result.status, code, answer };
  return attempt(delivery, !delivered && mayHaveArrived(result, problem));
}

function undelivered(problem: Delivery['problem']): Omit<Delivery, 'at' | 'took'> {
  return { delivered: false, problem, httpStatus: null, code: null, answer: null };
}

type Answered = Extract<PostResult, { kind: 'answered' }>;

/** A status that refuses is never outvoted by a body that does not. */
function judgeAnswer({ status }: Answered, judged: Judgement): Judgement {
  if (status >= 200 && status < 300) return judged;
  if (status >= 300 && status < 400) return { delivered: false, problem: 'redirected', code: null };
  if (status === 429) return { delivered: false, problem: 'too_many', code: judged.code };
  const told = !judged.delivered && judged.problem !== 'garbled';
  return { delivered: false, problem: told ? judged.problem : 'http_status', code: told ? judged.code : null };
}

/** Something took it and then failed, or nobody can tell what it did. */
function mayHaveArrived({ status }: Answered, problem: Delivery['problem']): boolean {
  return problem === 'garbled' || (problem === 'http_status' && status >= 500);
}
