import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviceUsername, formatTopic, parseTopic, TOPIC_LEAVES } from '../../contract/topics.ts';

test.each(TOPIC_LEAVES)('fw/v1/{site}/{device}/%s is a topic of a device', (leaf) => {
  expect(parseTopic(`fw/v1/mine-1/pool_3/${leaf}`)).toEqual({ site: 'mine-1', device: 'pool_3', leaf });
});

test.each([
  ['', 'nothing'],
  ['fw/v1/mine/d1', 'a level missing'],
  ['fw/v1/mine/d1/readings/', 'an empty level after it'],
  ['/fw/v1/mine/d1/readings', 'an empty level before it'],
  ['fw/v1/mine/d1/readings/x', 'a level too many'],
  ['fw/v1//d1/readings', 'an empty site'],
  ['fw/v1/mine//readings', 'an empty device'],
  ['fw/v2/mine/d1/readings', 'another version'],
  ['FW/v1/mine/d1/readings', 'another case'],
  ['fw/v1/Mine/d1/readings', 'a capital in the site'],
  ['fw/v1/mine/D1/readings', 'a capital in the device'],
  ['fw/v1/mine/d1/Readings', 'a capital in the leaf'],
  ['fw/v1/mine/d1/commands', 'an unknown leaf'],
  ['fw/v1/mine/d1/constructor', 'a name out of Object.prototype'],
  ['fw/v1/+/d1/readings', 'a single-level wildcard'],
  ['fw/v1/mine/#', 'a multi-level wildcard'],
  ['fw/v1/mine/d.1/readings', 'a full stop in an id'],
  ['fw/v1/mine/d1 /readings', 'a blank in an id'],
  ['fw/v1/mine/d1\n/readings', 'a line break in an id'],
  ['fw/v1/mine/-d1/readings', 'an id that starts with a hyphen'],
  ['$share/g/fw/v1/mine/d1/readings', 'a shared subscription'],
  ['$SYS/broker', 'the broker’s own'],
])('%j is none: %s', (topic) => {
  expect(parseTopic(topic)).toBeUndefined();
});

test('a topic that is formatted is parsed back, and no text is parsed to another topic than itself', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
  fc.assert(
    fc.property(id, id, fc.constantFrom(...TOPIC_LEAVES), (site, device, leaf) => {
      expect(parseTopic(formatTopic({ site, device, leaf }))).toEqual({ site, device, leaf });
    }),
  );
  const texts = fc
    .array(fc.constantFrom('fw', 'v1', 'mine', 'd1', 'readings', 'status', '+', '#', '', 'x\0'), { maxLength: 7 })
    .map((levels) => levels.join('/'));
  fc.assert(
    fc.property(texts, (topic) => {
      const parsed = parseTopic(topic);
      if (parsed !== undefined) expect(formatTopic(parsed)).toBe(topic);
    }),
  );
});

test('the user name of a device names its site and itself, which no id can confuse', () => {
  expect(deviceUsername({ site: 'mine', device: 'pool-1' })).toBe('mine.pool-1');
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);
  fc.assert(
    fc.property(id, id, id, id, (a, b, c, d) => {
      const same = deviceUsername({ site: a, device: b }) === deviceUsername({ site: c, device: d });
      expect(same).toBe(a === c && b === d);
    }),
  );
});
