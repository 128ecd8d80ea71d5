import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Influx2 } from '../../servers/influx2.ts';
import { startServer, type ServerProcess } from '../../servers/process.ts';
import { flowOf, type Flow } from './node-red-flow.ts';

/** Without its editor. It acknowledges a message when its MQTT node has it, before anything is written. */
export function startNodeRed(script: string, mqttPort: number, influx: Influx2, flow: Flow): Promise<ServerProcess> {
  return startServer({
    name: 'node-red',
    program: process.execPath,
    command({ dir, port }) {
      const settings = join(dir, 'settings.js');
      writeFileSync(settings, `module.exports = ${JSON.stringify(settingsOf(port), null, 2)};\n`);
      writeFileSync(join(dir, 'flows.json'), JSON.stringify(flowOf(flow, mqttPort, influx), null, 2));
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
