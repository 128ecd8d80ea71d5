import type { SiteRegistry } from '../../contract/registry.ts';

/** Devices of one site: a registry holds at most 10,000 points, and no site has more devices than this. */
export const DEVICES_PER_SITE = 500;
export const SESSION = 'session-of-the-bench-session-of-the-bench';

const text = (words: string) => ({ zh: words, en: words });

/** Of one process on loopback, for a minute. */
export const secretOf = (username: string): string => `secret of ${username} while it is measured`;
export const siteOf = (device: number): string => `bench${Math.floor(device / DEVICES_PER_SITE)}`;
export const deviceId = (device: number): string => `d${device}`;
export const usernameOf = (device: number): string => `${siteOf(device)}.${deviceId(device)}`;
/** What is measured at one point: the first, or as many as are asked for, and what the first reading says. */
export const MEASURED = [
  { metric: 'water_temperature', value: '42.3' },
  { metric: 'room_temperature', value: '26.3' },
  { metric: 'humidity', value: '60.3' },
  { metric: 'turbidity', value: '1.3' },
  { metric: 'water_level', value: '1.3' },
] as const;
/** `channel`: of all that a device measures, in the order of its points; `perPoint`: metrics of each point. */
export const metricOf = (channel: number, perPoint = 1): string =>
  `${measuredAt(channel, perPoint).metric}.c${Math.floor(channel / perPoint)}`;
export const measuredAt = (channel: number, perPoint = 1): (typeof MEASURED)[number] =>
  MEASURED[channel % perPoint] ?? MEASURED[0];
export const pointOf = (device: number, place: number): string => `p${device}-${place}`;
/** Doors stand behind the gauges: one device each, at the first site. */
export const doorDevice = (door: number): string => `door${door}`;

export interface Fleet {
  readonly devices: number;
  /** Readings of each device, each bound. */
  readonly metrics: number;
  /** Metrics of one point; one, a water temperature, unless given. */
  readonly perPoint?: number;
  readonly doors: number;
  /** Seconds between reports, as the bindings say. */
  readonly interval: number;
  /** Over which the devices are spread; one unless given. */
  readonly areas?: number;
}

/** The sites of a fleet: every reading is bound, judged against its limits and shown. */
export function registriesOf({ devices, metrics, perPoint = 1, doors, interval, areas = 1 }: Fleet): SiteRegistry[] {
  const all = Array.from({ length: devices }, (_, device) => device);
  const areaOf = (device: number) => (areas === 1 ? 'bath' : `bath${device % areas}`);
  const sites = Map.groupBy(all, siteOf);
  return [...sites].map(([site, members], index) => {
    const doorIds = index === 0 ? Array.from({ length: doors }, (_, door) => doorDevice(door)) : [];
    const gauges = members.flatMap((device) =>
      Array.from({ length: metrics }, (_, channel) => {
        const place = Math.floor(channel / perPoint);
        return { device, channel, point: pointOf(device, place) };
      }),
    );
    const places = gauges.filter(({ channel }) => channel % perPoint === 0);
    return {
      site,
      name: text(site),
      timezone: 'Asia/Shanghai',
      areas: Array.from({ length: areas }, (_, area) => ({ id: areaOf(area), name: text(`Bath ${area + 1}`) })),
      points: [
        ...places.map(({ device, point }) => ({
          id: point,
          area: areaOf(device),
          name: text(point),
          role: 'pool' as const,
        })),
        ...doorIds.map((id) => ({ id, area: areaOf(0), name: text(id), role: 'door' as const })),
      ],
      devices: [...members.map(deviceId), ...doorIds].map((id) => ({ id, name: text(id) })),
      bindings: [
        ...gauges.map(({ device, channel, point }) => ({
          device: deviceId(device),
          metric: metricOf(channel, perPoint),
          point,
          interval,
        })),
        ...doorIds.map((id) => ({ device: id, metric: 'events' as const, point: id })),
      ],
    };
  });
}
