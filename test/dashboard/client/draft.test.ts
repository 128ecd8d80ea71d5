import { expect, test } from 'vitest';
import { channelChange, draftOf, newChannel } from '../../../dashboard/client/channels/draft.ts';
import { channel } from './sample-channels.ts';

const ADDRESS = 'https://oapi.dingtalk.com/robot/send?access_token=abc';
const fresh = (changes: object) => ({ ...draftOf(null, 'zh-CN'), name: '值班群', address: ADDRESS, ...changes });
const signed = channel(1, { kind: 'dingtalk', signed: true, areas: ['bath'] });

test('a new robot needs a name and an address, and no secret', () => {
  expect(newChannel(fresh({ kind: 'dingtalk' }))).toEqual({
    body: {
      kind: 'dingtalk',
      name: '值班群',
      address: ADDRESS,
      secret: null,
      priority: 2,
      areas: null,
      language: 'zh-CN',
      enabled: true,
    },
  });
  expect(newChannel(fresh({ name: ' ', address: '', secret: 'short', kind: 'feishu' }))).toEqual({
    faults: ['name', 'address', 'secret'],
  });
});

test('a webhook needs a secret', () => {
  expect(newChannel(fresh({ kind: 'webhook' }))).toEqual({ faults: ['secret_needed'] });
  expect(newChannel(fresh({ kind: 'webhook', secret: 'long enough' }))).toMatchObject({
    body: { secret: 'long enough' },
  });
});

test('a secret typed before WeCom was chosen, whose robots do not sign, is not sent', () => {
  expect(newChannel(fresh({ kind: 'wecom', secret: 'long enough' }))).toMatchObject({ body: { secret: null } });
});

test('areas are chosen, one at least', () => {
  expect(newChannel(fresh({ areas: 'some', chosenAreas: ['bath'] }))).toMatchObject({ body: { areas: ['bath'] } });
  expect(newChannel(fresh({ areas: 'some' }))).toEqual({ faults: ['areas'] });
});

test('a change holds what is another than before, and neither address nor secret that were not entered anew', () => {
  const changed = channelChange({ ...draftOf(signed, 'en'), name: '夜班群' }, signed);
  expect(changed).toEqual({
    body: { name: '夜班群' },
  });
  const less = channelChange({ ...draftOf(signed, 'en'), areas: 'all', priority: 1, enabled: false }, signed);
  expect(less).toEqual({ body: { priority: 1, areas: null, enabled: false } });
});

test('a new address takes the secret along, or says that there is none', () => {
  const draft = { ...draftOf(signed, 'en'), address: ADDRESS };
  expect(channelChange(draft, signed)).toEqual({ faults: ['secret_anew'] });
  expect(channelChange({ ...draft, secret: 'SEC12345' }, signed)).toMatchObject({
    body: { address: ADDRESS, secret: 'SEC12345' },
  });
  expect(channelChange({ ...draft, unsign: true }, signed)).toMatchObject({ body: { address: ADDRESS, secret: null } });
  const open = channel(2, { kind: 'feishu', signed: false });
  expect(channelChange({ ...draftOf(open, 'en'), address: ADDRESS }, open)).toMatchObject({ body: { secret: null } });
});

test('a webhook never loses its signature', () => {
  const webhook = channel(3, { kind: 'webhook', signed: true });
  expect(channelChange({ ...draftOf(webhook, 'en'), unsign: true }, webhook)).toEqual({ faults: ['secret_needed'] });
});
