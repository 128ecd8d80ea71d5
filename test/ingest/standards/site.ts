import type { PointSpec, Role, SiteRegistry } from '../../../contract/registry.ts';

/** A small site; what a test is about goes on top. */
export function site(changes: Partial<SiteRegistry> = {}): SiteRegistry {
  return {
    site: 'caozhuang',
    name: { zh: '曹庄矿', en: 'Caozhuang mine' },
    timezone: 'Asia/Shanghai',
    areas: [{ id: 'bath', name: { zh: '男浴', en: "Men's bath" } }],
    points: [point('pool'), { ...point('door'), id: 'gate' }],
    devices: [{ id: 'gw1', name: { zh: '网关', en: 'Gateway' } }],
    bindings: [
      { device: 'gw1', metric: 'water_temperature', point: 'pool', interval: 10 },
      { device: 'gw1', metric: 'events', point: 'gate' },
    ],
    ...changes,
  };
}

export function point(role: Role, id: string = role): PointSpec {
  return { id, area: 'bath', name: { zh: '测点', en: 'Point' }, role };
}
