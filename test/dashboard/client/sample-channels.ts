import type { BrowserContext } from 'playwright-core';
import { Parse } from 'typebox/value';
import {
  ChannelBody,
  ChannelChange,
  ChannelOrderBody,
  type ChannelTest,
  type ChannelView,
  type Delivery,
} from '../../../contract/channel.ts';
import { type Answered, answerInstead, type Asked, done, ok, refuse } from './answers.ts';
import { MINUTE, NOW, SITE } from './sample-alarms.ts';

const ago = (seconds: number) => NOW - seconds * 1000;

export function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    at: NOW,
    took: 160,
    delivered: true,
    problem: null,
    httpStatus: 200,
    code: '0',
    answer: '{"errcode":0,"errmsg":"ok"}',
    ...changes,
  };
}

export const NOT_SIGNED = delivery({
  at: ago(12),
  took: 186,
  delivered: false,
  problem: 'wrong_signature',
  code: '310000',
  answer: '{"errcode":310000,"errmsg":"sign not match"}',
});

export function channel(id: number, changes: Partial<ChannelView>): ChannelView {
  return {
    id,
    site: SITE,
    kind: 'wecom',
    name: '后勤值班群',
    address: 'qyapi.weixin.qq.com/cgi-bin/webhook/send?…',
    signed: false,
    priority: 3,
    areas: null,
    language: 'zh-CN',
    enabled: true,
    health: 'delivering',
    since: ago(86_400),
    lastDelivered: delivery({ at: ago(75) }),
    failure: null,
    waiting: 0,
    standIn: null,
    diverted: 0,
    ...changes,
  };
}

export function sampleChannels(): ChannelView[] {
  return [
    channel(3, {
      kind: 'dingtalk',
      name: '设备维修群',
      address: 'oapi.dingtalk.com/robot/send?…',
      signed: true,
      priority: 2,
      areas: ['men', 'women'],
      health: 'failing',
      since: NOW - 44 * MINUTE,
      lastDelivered: delivery({ at: ago(3_000) }),
      failure: NOT_SIGNED,
      waiting: 1,
      standIn: 1,
      diverted: 12,
    }),
    channel(1, {}),
    channel(2, {
      kind: 'feishu',
      name: '班长群',
      address: 'open.feishu.cn/open-apis/bot/v2/hook/…',
      signed: true,
      priority: 1,
      lastDelivered: delivery({ at: ago(69), took: 210 }),
    }),
    channel(4, {
      kind: 'webhook',
      name: '矿调度室',
      address: 'dispatch.example.com/hook',
      signed: true,
      health: 'retrying',
      since: ago(190),
      lastDelivered: delivery({ at: ago(374), took: 42, code: null, answer: '' }),
      failure: delivery({
        at: ago(8),
        took: 10_000,
        delivered: false,
        problem: 'timeout',
        httpStatus: null,
        code: null,
        answer: null,
      }),
      waiting: 2,
    }),
    channel(5, {
      kind: 'webhook',
      name: '公司后勤部平台 安全生产综合监管接口',
      address: 'platform.example.cn/api/alarms',
      signed: true,
      enabled: false,
      health: 'disabled',
      since: NOW - 5 * 86_400_000,
      lastDelivered: null,
    }),
    channel(6, {
      kind: 'dingtalk',
      name: '夜班群',
      priority: null,
      health: 'untried',
      since: null,
      lastDelivered: null,
    }),
  ];
}

/** Stands in for the server's channels: keeps what the page does to them, as the contract says it. */
export class SampleChannels {
  channels: ChannelView[] = sampleChannels();
  test: ChannelTest = {
    text: '▲2 重要　测试　男浴大池 水温低\n38.6 ℃，低于 40.0，已 6 分\n先做：到泵房开蒸汽阀\n曹庄矿 / 男浴　15:36 起',
    delivery: NOT_SIGNED,
  };
  /** Refuses the next change with this. */
  refusal: Answered | null = null;
  /** Bodies that were sent, in their order. */
  readonly sent: unknown[] = [];

  async answer(context: BrowserContext): Promise<void> {
    await answerInstead(context, [`/sites/${SITE}/channels`], (asked) => this.#answer(asked));
  }

  #list(): Answered {
    return ok({ channels: this.channels, today: { delivered: 37, diverted: 12 } });
  }

  #answer({ method, path, body }: Asked): Answered {
    const [, id, test] = /channels\/(\d+)(\/test)?$/.exec(path) ?? [];
    if (method === 'GET') return this.#list();
    if (body !== null) this.sent.push(body);
    if (this.refusal !== null) {
      const refused = this.refusal;
      this.refusal = null;
      return refused;
    }
    if (path.endsWith('/order')) {
      const { order } = Parse(ChannelOrderBody, body);
      this.channels = order.flatMap((each) => this.channels.find((channel) => channel.id === each) ?? []);
      return this.#list();
    }
    if (id === undefined) return this.#add(Parse(ChannelBody, body));
    const found = this.channels.find((each) => each.id === Number(id));
    if (found === undefined) return refuse(404, 'no-such-thing');
    if (test !== undefined) return ok(this.test);
    if (method === 'DELETE') {
      this.channels = this.channels.filter((each) => each !== found);
      return done;
    }
    const { address, secret, ...change } = Parse(ChannelChange, body);
    const changed: ChannelView = {
      ...found,
      ...change,
      ...(address === undefined ? {} : { address: new URL(address).host }),
      ...(secret === undefined ? {} : { signed: secret !== null }),
      ...(change.enabled === undefined ? {} : { health: change.enabled ? 'untried' : 'disabled' }),
    };
    this.channels = this.channels.map((each) => (each === found ? changed : each));
    return ok(changed);
  }

  #add({ address, secret, ...body }: ChannelBody): Answered {
    const added = channel(Math.max(0, ...this.channels.map(({ id }) => id)) + 1, {
      ...body,
      address: new URL(address).host,
      signed: secret !== null,
      health: 'untried',
      since: null,
      lastDelivered: null,
    });
    this.channels = [...this.channels, added];
    return ok(added, 201);
  }
}
