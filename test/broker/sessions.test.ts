import { expect, test } from 'vitest';
import { createSessions } from '../../broker/sessions.ts';

test('what a QoS 2 client leaves open is bounded over its reconnections; a PUBREL makes room', async () => {
  const sessions = createSessions();
  let handedOn = 0;
  const publish = (messageId: number) =>
    sessions.once({ clientId: 'north.boiler', messageId, topic: 't', payload: Buffer.from(`${messageId}`) }, () => {
      handedOn += 1;
      return Promise.resolve();
    });
  for (let id = 1; id <= 2_000; id += 1) await publish(id);
  await expect(publish(2_001)).rejects.toThrow('without a PUBREL');
  await publish(7);
  expect(handedOn).toBe(2_000);
  sessions.released('north.boiler', 7);
  await publish(2_001);
  expect(handedOn).toBe(2_001);
});
