import type {
  BindBody,
  QuarantineGroup,
  QuarantineItem,
  QuarantineSelection,
  RefusalView,
  RetryAnswer,
  UnboundView,
} from '../../../contract/devices.ts';
import type { DeviceDesk, DeviceQueries } from '../../../contract/query.ts';
import { MINUTE, NOW, SITE } from './sample-alarms.ts';

const ago = (seconds: number) => NOW - seconds * 1_000;

function refusal(reason: string, changes: Partial<RefusalView>): RefusalView {
  const nobody = { clientId: null, username: null, detail: null, device: null };
  return { reason, address: '10.20.9.7', count: 1, firstAt: ago(6_000), lastAt: ago(60), ...nobody, ...changes };
}

const named = (id: string) => ({ clientId: `${SITE}.${id}`, username: `${SITE}.${id}` });

const refusals: RefusalView[] = [
  refusal('unknown_client', { ...named('bath-w-t9'), address: '10.20.4.31', count: 38, lastAt: ago(26) }),
  refusal('wrong_password', {
    ...named('doors'),
    device: 'doors',
    address: '10.20.4.18',
    count: 2,
    lastAt: ago(131),
  }),
  refusal('foreign_topic', {
    ...named('terminal-4'),
    device: 'terminal-4',
    address: '10.20.4.45',
    detail: `fw/v1/${SITE}/terminal-3/readings`,
    count: 6,
    lastAt: ago(1_178),
  }),
  refusal('no_credentials', { lastAt: ago(2_835) }),
  refusal('protocol_error', {
    clientId: '\u202Egw\u200B<img src=x onerror="document.title=\'run\'">',
    address: '2001:db8::7',
    detail: 'MQTT 5 is not spoken here: set the device to MQTT 3.1.1',
    count: 20,
    lastAt: ago(4_259),
  }),
  refusal('moon_phase', { ...named('$(reboot)'), address: '10.20.4.60', lastAt: ago(5_000) }),
];

function wave(end: number, swing: number): [number, number][] {
  return Array.from({ length: 60 }, (_, index) => [
    NOW - (59 - index) * 2 * MINUTE,
    Math.round((end + swing * (Math.sin(index / 5) - Math.sin(59 / 5))) * 100) / 100,
  ]);
}

function unboundMetric(device: string, metric: string, changes: Partial<UnboundView>): UnboundView {
  return {
    device,
    metric,
    value: null,
    quality: 'good',
    reason: null,
    lastAt: ago(4),
    firstAt: ago(7_200),
    count: 134,
    min: null,
    max: null,
    interval: 60,
    samples: [],
    ...changes,
  };
}

const metrics: UnboundView[] = [
  unboundMetric('plant', 'humidity', { value: 61, min: 57, max: 63 }),
  unboundMetric('plant', 'water_temperature.spare', {
    value: 41,
    min: 39.8,
    max: 42.6,
    lastAt: ago(8),
    interval: 60.02,
    samples: wave(41, 0.8),
  }),
  unboundMetric('gw-1', 'co2', {
    value: 40_000,
    quality: 'bad',
    reason: 'out_of_range',
    count: 2,
    min: 40_000,
    max: 40_000,
    interval: null,
  }),
];

interface Sample {
  readonly group: QuarantineGroup;
  readonly items: readonly QuarantineItem[];
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const base64 = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64');

function kept(id: number, bytes: readonly number[], changes: Partial<QuarantineItem>): QuarantineItem {
  return {
    id,
    receivedAt: ago(42 + id * 60),
    path: '$',
    detail: '',
    offset: null,
    payload: base64(bytes),
    size: bytes.length,
    keys: null,
    ...changes,
  };
}

function sample(
  [device, leaf, code]: readonly [string, string, string],
  changes: Partial<QuarantineGroup>,
  items: readonly QuarantineItem[],
): Sample {
  const topic = `fw/v1/${SITE}/${device}/${leaf}`;
  const times = { firstAt: ago(9_600), lastAt: ago(42) };
  return {
    group: { device, topic, code, scope: 'message', contentKept: true, count: items.length, ...times, ...changes },
    items,
  };
}

const GBK = [0xc4, 0xd0, 0xd4, 0xa1, 0xb4, 0xf3, 0xb3, 0xd8];
const gbkMessage = [
  ...utf8('{"ts":1795506138000,"values":{"water_temperature":42.3,"room_temperature":26.4},"loc":"'),
  ...GBK,
  ...utf8('"}'),
];
const notUtf8 =
  'the payload is not UTF-8: byte 87 starts no character; encode texts as UTF-8 (not GBK or UTF-16) or leave them out';
const evil = utf8('{"values":{"\u202Eroom\u200B":1,"x":"<img src=x onerror=alert(1)>\\n水\u0007"}');
const words = utf8('{"ts":1795506138000,"values":{"water_temperature":"42.3℃","water_level":1.9}}');

const samples: Sample[] = [
  sample(['gw-2', 'readings', 'not_utf8'], { count: 214 }, [
    kept(0, gbkMessage, { detail: notUtf8, offset: 87 }),
    kept(1, utf8('{"loc":"\n').concat(GBK), { detail: notUtf8, offset: 9 }),
    kept(2, gbkMessage, { detail: notUtf8, offset: 87 }),
  ]),
  sample(['plant', 'readings', 'not_a_number'], { scope: 'part', count: 1_440, firstAt: ago(100_000) }, [
    kept(10, words, {
      path: '$.values.water_temperature',
      detail: 'water_temperature is the text "42.3℃"; send the number 42.3, without a unit',
    }),
  ]),
  sample(['gw-3', 'readings', 'not_json'], { count: 12 }, [
    kept(20, evil, { detail: 'the payload is not JSON: was it cut off?', offset: evil.length - 1 }),
  ]),
  sample(['terminal-3', 'events', 'unknown_event_kind'], { scope: 'part', contentKept: false, count: 3 }, [
    kept(30, [], {
      payload: null,
      size: 48_213,
      path: '$.kind',
      detail: 'kind is not known',
      keys: ['id', 'kind', 'pic'],
    }),
  ]),
  sample(['office', 'readings', 'phase_of_moon'], { count: 1, firstAt: ago(42) }, [
    kept(40, utf8('full'), { detail: 'a reason of a later version' }),
  ]),
];

const sameGroup = (group: QuarantineGroup, { device, code, topic }: QuarantineSelection) =>
  group.device === device && group.code === code && group.topic === topic;

export interface SampleDevices extends DeviceQueries, DeviceDesk {
  refusalsNow: RefusalView[];
  unboundNow: UnboundView[];
  quarantineNow: Sample[];
  retryNow: RetryAnswer;
  storing: boolean;
  readonly bound: BindBody[];
}

/** Devices that do not appear, or not in full, in every state that the two pages can show. */
export function sampleDevices(): SampleDevices {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const sample: SampleDevices = {
    refusalsNow: refusals,
    unboundNow: metrics,
    quarantineNow: samples,
    retryNow: { tried: 3, read: 2, unreadable: 1, written: 4 },
    storing: true,
    bound: [],
    refusals: () => ({ refusals: sample.refusalsNow }),
    async unbound() {
      await turn();
      return { metrics: sample.unboundNow };
    },
    preview(_, { device, metric, point }) {
      if ('create' in point && point.id === 'taken') {
        return { fields: [{ field: 'point.id', message: 'is the id of another point' }] };
      }
      const band = { low: 40, high: 48, scald: 50, from: 34, to: 54, inForce: true };
      const judged = metric.startsWith('water_temperature') && !('create' in point && point.create.role === 'other');
      return {
        band: judged ? band : null,
        state: judged ? 'inside' : 'not_judged',
        replaces: point.id === 'men-pool' ? { device: device === 'gw-1' ? 'gw-2' : 'gw-1', metric } : null,
      };
    },
    quarantine: () => ({
      groups: sample.quarantineNow.map(({ group }) => group),
      total: sample.quarantineNow.reduce((sum, { group }) => sum + group.count, 0),
    }),
    quarantineItems(_, selection) {
      const found = sample.quarantineNow.find(({ group }) => sameGroup(group, selection));
      const slot = Math.floor(NOW / 600_000) * 600_000;
      const counts = Array.from({ length: 17 }, (__, index) => ({
        from: slot - (16 - index) * 600_000,
        count: 9 + ((index * 5) % 4),
      }));
      return { items: [...(found?.items ?? [])], perTenMinutes: found === undefined ? [] : counts };
    },
    async bind({ body }) {
      await turn();
      if (!sample.storing) return { refused: 'not_storing' };
      sample.bound.push(body);
      sample.unboundNow = sample.unboundNow.filter(
        (each) => each.metric !== body.metric || each.device !== body.device,
      );
      return 'bound';
    },
    async retry() {
      await turn();
      return sample.storing ? sample.retryNow : { refused: 'not_storing' };
    },
    async discard({ selection }) {
      await turn();
      if (!sample.storing) return { refused: 'not_storing' };
      sample.quarantineNow = sample.quarantineNow.filter(({ group }) => !sameGroup(group, selection));
      return 'discarded';
    },
  };
  return sample;
}
