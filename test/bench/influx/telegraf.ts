import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Influx2 } from '../../servers/influx2.ts';
import { startServer, type ServerProcess } from '../../servers/process.ts';

/** QoS 1 and a persistent session: it acknowledges a message when InfluxDB has it. */
export function startTelegraf(program: string, mqttPort: number, influx: Influx2): Promise<ServerProcess> {
  return startServer({
    name: 'telegraf',
    program,
    command({ dir }) {
      const config = join(dir, 'telegraf.conf');
      writeFileSync(config, configOf(mqttPort, influx));
      return { args: ['--config', config] };
    },
    answers: ({ log }) => Promise.resolve(log.includes('Connected [')),
  });
}

const configOf = (mqttPort: number, { url, org, bucket, token }: Influx2): string => `
[agent]
  flush_interval = "1s"
  flush_jitter = "0s"
  metric_batch_size = 5000
  metric_buffer_limit = 1000000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:${mqttPort}"]
  topics = ["fw/v1/+/+/readings"]
  qos = 1
  persistent_session = true
  client_id = "telegraf"
  max_undelivered_messages = 20000
  data_format = "json"
  json_time_key = "ts"
  json_time_format = "unix_ms"
[[outputs.influxdb_v2]]
  urls = ["${url}"]
  organization = "${org}"
  bucket = "${bucket}"
  token = "${token}"
  content_encoding = "identity"
`;
