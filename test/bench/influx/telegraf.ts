import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Influx2 } from '../../servers/influx2.ts';
import { startServer, type ServerProcess } from '../../servers/process.ts';

/** `byPoint`: messages have an element for each point, which names it; each becomes a line as ours are. */
export interface TelegrafOptions {
  readonly byPoint: boolean;
}

/** QoS 1 and a persistent session: it acknowledges a message when InfluxDB has it. */
export function startTelegraf(
  program: string,
  mqttPort: number,
  influx: Influx2,
  options: TelegrafOptions,
): Promise<ServerProcess> {
  return startServer({
    name: 'telegraf',
    program,
    command({ dir }) {
      const config = join(dir, 'telegraf.conf');
      writeFileSync(config, configOf(mqttPort, influx, options));
      return { args: ['--config', config] };
    },
    answers: ({ log }) => Promise.resolve(log.includes('Connected [')),
  });
}

const BY_POINT = `
  name_override = "readings"
  topic_tag = ""
  tag_keys = ["point"]
  [inputs.mqtt_consumer.tags]
    area = "bath"
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "_/_/+/+/readings"
    tags = "_/_/site/_/_"
`;

const configOf = (mqttPort: number, { url, org, bucket, token }: Influx2, { byPoint }: TelegrafOptions): string => `
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
${byPoint ? BY_POINT : ''}
[[outputs.influxdb_v2]]
  urls = ["${url}"]
  organization = "${org}"
  bucket = "${bucket}"
  token = "${token}"
  content_encoding = "identity"
`;
