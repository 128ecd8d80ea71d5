import type { InboundMessage } from '../../../contract/message.ts';
import type { TopicLeaf } from '../../../contract/topics.ts';

export const TIME = Date.UTC(2026, 10, 25, 4);

/** A publish of device `d1` of site `mine`. */
export function message(
  payload: Uint8Array | string,
  { leaf = 'readings', retain = false }: { leaf?: TopicLeaf; retain?: boolean } = {},
): InboundMessage {
  return {
    topic: { site: 'mine', device: 'd1', leaf },
    payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
    received: { wall: TIME, mono: 1_000 },
    qos: 1,
    retain,
    origin: 'publish',
  };
}
