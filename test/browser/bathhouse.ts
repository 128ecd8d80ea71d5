import mqtt from 'mqtt';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { TestSystem, TestUser } from '../integration/system.ts';

/** Alarms of the water come at once: what is tried here is the screen. */
export const bathhouse: SiteRegistry = {
  site: 'mine',
  name: { zh: '曹庄矿', en: 'Caozhuang mine' },
  timezone: 'Asia/Shanghai',
  overrides: ['base.water', 'base.scald'].map((standard) => ({ standard, onDelay: 0, offDelay: 0 })),
  areas: [{ id: 'bath', name: { zh: '男浴', en: "Men's bath" } }],
  points: [
    { id: 'pool', area: 'bath', name: { zh: '大池', en: 'Large pool' }, role: 'pool' },
    { id: 'small', area: 'bath', name: { zh: '小池', en: 'Small pool' }, role: 'pool' },
  ],
  devices: [
    { id: 'probe', name: { zh: '大池探头', en: 'Large pool probe' } },
    { id: 'other', name: { zh: '小池探头', en: 'Small pool probe' } },
  ],
  bindings: [
    { device: 'probe', metric: 'water_temperature', point: 'pool', interval: 300 },
    { device: 'other', metric: 'water_temperature', point: 'small', interval: 300 },
  ],
};

export const operator: TestUser = {
  username: 'night',
  post: '夜班值班',
  role: 'operator',
  password: 'boiler room 4 north',
};
export const administrator: TestUser = {
  username: 'chief',
  post: '后勤主任',
  role: 'administrator',
  password: 'seven wet towels',
};
export const viewer: TestUser = { username: 'guest', post: '访客台', role: 'viewer', password: 'only looking around' };

/** One message of a device at QoS 1; resolves when it is acknowledged, which is when it is stored. */
export async function publishWater(
  system: Pick<TestSystem, 'mqtt' | 'passwords'>,
  device: string,
  water: number,
): Promise<void> {
  const user = `mine.${device}`;
  const client = await mqtt.connectAsync({
    ...system.mqtt,
    clientId: user,
    username: user,
    password: system.passwords.get(device) ?? '',
    reconnectPeriod: 0,
  });
  await client.publishAsync(`fw/v1/mine/${device}/readings`, JSON.stringify({ values: { water_temperature: water } }), {
    qos: 1,
  });
  await client.endAsync();
}
