import type { ChannelBody, ChannelView } from '../../../contract/channel.ts';
import type { ChannelRefusal } from '../../../ingest/notify/channels.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { Catalogue } from '../../../ingest/standards/types.ts';
import { startRig, type Rig, type RigOptions } from '../line/rig.ts';

const name = (zh: string, en: string) => ({ zh, en });

/** Two doors and a pool whose alarms come at once. */
export const SITE: SiteRegistry = {
  site: 'mine',
  name: name('曹庄矿', 'Caozhuang mine'),
  timezone: 'Asia/Shanghai',
  areas: [
    { id: 'bath', name: name('男浴', 'Men’s bath') },
    { id: 'gate', name: name('门岗', 'Gate') },
  ],
  overrides: [{ standard: 'base.water', onDelay: 0, offDelay: 0 }],
  points: [
    { id: 'pool', area: 'bath', name: name('大池', 'Pool'), role: 'pool' },
    { id: 'door', area: 'gate', name: name('东门', 'East door'), role: 'door' },
    { id: 'back', area: 'gate', name: name('后门', 'Back door'), role: 'door' },
  ],
  devices: [
    { id: 'gateway', name: name('网关', 'Gateway') },
    { id: 'lock', name: name('门锁', 'Lock') },
    { id: 'bolt', name: name('门闩', 'Bolt') },
  ],
  bindings: [
    { device: 'gateway', metric: 'water_temperature', point: 'pool', interval: 86_400 },
    { device: 'lock', metric: 'events', point: 'door' },
    { device: 'bolt', metric: 'events', point: 'back' },
  ],
};

export const BODY: Omit<ChannelBody, 'kind' | 'address'> = {
  name: '后勤值班群',
  secret: null,
  priority: 4,
  areas: null,
  language: 'zh-CN',
  enabled: true,
};

export interface NotifyRig extends Rig {
  /** A device's door is forced open, or shut again: an alarm of priority 2 at once. */
  forced(active: boolean, device?: string): Promise<void>;
  /** Lets time pass second by second, and what is due be sent. */
  later(seconds: number): Promise<void>;
  /** The same at one leap. */
  leap(seconds: number): Promise<void>;
  add(body: Partial<ChannelBody> & Pick<ChannelBody, 'kind' | 'address'>): Promise<ChannelView>;
  channel(id: number): ChannelView;
  again(options?: { downMs?: number; catalogue?: Catalogue }): Promise<NotifyRig>;
}

let event = 0;

/** The line, its stores and its channels under a driven clock. */
export async function startNotifyRig(options: Partial<RigOptions> = {}): Promise<NotifyRig> {
  return extend(await startRig({ registry: SITE, ...options }));
}

function extend(rig: Rig): NotifyRig {
  const site = SITE.site;
  return {
    ...rig,
    async forced(active, device = 'lock') {
      event += 1;
      await rig.publish(device, { id: `e${event}`, kind: 'forced', active }, { leaf: 'events' });
    },
    async later(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        await rig.pass(1);
        await rig.ingest.notified();
      }
      await rig.ingest.drained();
      await rig.ingest.notified();
    },
    async leap(seconds) {
      rig.clock.advance(seconds * 1_000);
      await rig.ingest.drained();
      await rig.ingest.notified();
      await rig.ingest.drained();
      await rig.ingest.notified();
    },
    async add(body) {
      const view = accepted(await rig.ingest.channels.create(site, { ...BODY, ...body }, 'li'));
      await rig.ingest.notified();
      return view;
    },
    channel(id) {
      const found = accepted(rig.ingest.channels.list(site)).channels.find((channel) => channel.id === id);
      if (found === undefined) throw new Error(`no channel ${id}`);
      return found;
    },
    again: async ({ downMs = 1_000, ...other } = {}) => extend(await rig.restart({ downMs, ...other })),
  };
}

export function accepted<T extends object>(answer: T | ChannelRefusal): Exclude<T, ChannelRefusal> {
  if ('refused' in answer) throw new Error(JSON.stringify(answer));
  return answer as Exclude<T, ChannelRefusal>;
}
