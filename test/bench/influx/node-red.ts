import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Influx2 } from '../../servers/influx2.ts';
import { startServer, type ServerProcess } from '../../servers/process.ts';

/**
 * Without its editor. Its function makes the lines that ours are, and gathers up to 5,000 of them for one request: a
 * request for each message is far slower.
 */
export function startNodeRed(script: string, mqttPort: number, influx: Influx2): Promise<ServerProcess> {
  return startServer({
    name: 'node-red',
    program: process.execPath,
    command({ dir, port }) {
      const settings = join(dir, 'settings.js');
      writeFileSync(settings, `module.exports = ${JSON.stringify(settingsOf(port), null, 2)};\n`);
      writeFileSync(join(dir, 'flows.json'), JSON.stringify(flows(mqttPort, influx), null, 2));
      writeFileSync(join(dir, 'flows_cred.json'), JSON.stringify({ database: { token: influx.token } }));
      return { args: [script, '--settings', settings, '--userDir', dir] };
    },
    answers: ({ log }) => Promise.resolve(log.includes('Connected to broker')),
  });
}

const settingsOf = (port: number) => ({
  flowFile: 'flows.json',
  credentialSecret: false,
  uiHost: '127.0.0.1',
  uiPort: port,
  httpAdminRoot: false,
  httpNodeRoot: false,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
});

const GATHER = `
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
  context.points.push({ measurement: 'readings', fields, tags, timestamp: ts });
}
if (context.points.length >= 5000) context.send();
return null;
`;
const BEGIN = `
context.points = [];
context.send = () => {
  if (context.points.length === 0) return;
  const payload = context.points;
  context.points = [];
  node.send({ payload }, false);
};
context.timer = setInterval(context.send, 1000);
`;

function flows(mqttPort: number, { url, org, bucket }: Influx2): object[] {
  const own = { influxdb: 'database', precision: '', retentionPolicy: '', database: '', retentionPolicyV18Flux: '' };
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
      z: 'bench',
      topic: 'fw/v1/+/+/readings',
      qos: '1',
      datatype: 'json',
      broker: 'broker',
      inputs: 0,
      wires: [['gather']],
    },
    {
      id: 'gather',
      type: 'function',
      z: 'bench',
      func: GATHER,
      initialize: BEGIN,
      finalize: 'clearInterval(context.timer);',
      outputs: 1,
      libs: [],
      wires: [['out']],
    },
    { id: 'out', type: 'influxdb batch', z: 'bench', ...own, precisionV18FluxV20: 'ms', org, bucket, wires: [] },
    { id: 'database', type: 'influxdb', influxdbVersion: '2.0', url, timeout: '60', rejectUnauthorized: true },
  ];
}
