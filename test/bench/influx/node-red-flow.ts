import type { Influx2 } from '../../servers/influx2.ts';

/** Lines that one write to InfluxDB holds, in both flows; the palette's node sends them on by the thousand. */
const TOGETHER = 5_000;

/** What has no place on a tab, Node-RED takes for a node of its configuration. */
const ON_TAB = { z: 'bench', x: 0, y: 0 };

/**
 * `palette`: a function makes the points of one message, the palette's `join` gathers messages, or a second of them, as
 * people build it. `function`: the function gathers them itself, so that no message passes further nodes: what a
 * programmer makes of it.
 */
export type Gathering = 'palette' | 'function';

export interface Flow {
  readonly gathering: Gathering;
  /** Points of one message. */
  readonly points: number;
}

/** From the broker to the database, with lines as ours are. */
export function flowOf({ gathering, points }: Flow, mqttPort: number, { url, org, bucket }: Influx2): object[] {
  const own = { influxdb: 'database', precision: '', retentionPolicy: '', database: '', retentionPolicyV18Flux: '' };
  const between = gathering === 'palette' ? joined(TOGETHER / points) : [GATHERING];
  return [
    { id: 'bench', type: 'tab', label: 'bench', disabled: false },
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: mqttPort,
      clientid: 'node-red',
      autoConnect: true,
      usetls: false,
      protocolVersion: '4',
      keepalive: '60',
      cleansession: false,
    },
    {
      id: 'in',
      type: 'mqtt in',
      ...ON_TAB,
      topic: 'fw/v1/+/+/readings',
      qos: '1',
      datatype: 'json',
      broker: 'broker',
      inputs: 0,
      wires: [['points']],
    },
    ...between,
    { id: 'out', type: 'influxdb batch', ...ON_TAB, ...own, precisionV18FluxV20: 'ms', org, bucket, wires: [] },
    { id: 'database', type: 'influxdb', influxdbVersion: '2.0', url, timeout: '60', rejectUnauthorized: true },
  ];
}

/** Puts what a message says behind what is in `points`. */
const POINTS = `
const { ts, values } = msg.payload;
const [, , site, device] = msg.topic.split('/');
const places = new Map();
for (const key of Object.keys(values)) {
  const dot = key.indexOf('.c');
  const place = key.slice(dot + 2);
  let fields = places.get(place);
  if (fields === undefined) places.set(place, (fields = {}));
  fields[key.slice(0, dot)] = values[key];
}
for (const [place, fields] of places) {
  const tags = { area: 'bath', point: 'p' + device.slice(1) + '-' + place, site };
  points.push({ measurement: 'readings', fields, tags, timestamp: ts });
}
`;

const functionOf = (id: string, next: string, func: string) => ({
  ...{ ...ON_TAB, id, type: 'function', func, outputs: 1, libs: [], wires: [[next]] },
});

/** The points of a message stay one message as far as the join: one for each point would cost a hop of all nodes each. */
const joined = (messages: number): object[] => [
  functionOf('points', 'join', `const points = [];${POINTS}msg.payload = points;\nreturn msg;\n`),
  {
    id: 'join',
    type: 'join',
    ...ON_TAB,
    mode: 'custom',
    build: 'array',
    property: 'payload',
    propertyType: 'msg',
    key: 'topic',
    joiner: '\\n',
    joinerType: 'str',
    useparts: false,
    accumulate: false,
    timeout: '1',
    count: String(messages),
    wires: [['flat']],
  },
  functionOf('flat', 'out', 'msg.payload = msg.payload.flat();\nreturn msg;\n'),
];

const GATHERING = {
  ...functionOf(
    'points',
    'out',
    `const points = context.points;${POINTS}if (points.length >= ${TOGETHER}) context.send();\nreturn null;\n`,
  ),
  initialize: `
context.points = [];
context.send = () => {
  if (context.points.length === 0) return;
  const payload = context.points;
  context.points = [];
  node.send({ payload }, false);
};
context.timer = setInterval(context.send, 1000);
`,
  finalize: 'clearInterval(context.timer);',
};
