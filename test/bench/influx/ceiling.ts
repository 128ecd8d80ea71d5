import { InfluxDB } from '@influxdata/influxdb-client';
import type { Influx2 } from '../../servers/influx2.ts';
import { countOf } from './held.ts';

const BATCH = 5_000;

/** The client's bare write loop: lines of so many fields, prepared, one request after the other. Readings a second. */
export async function ceiling(influx: Influx2, fields: number, seconds: number): Promise<number> {
  const api = new InfluxDB({ url: influx.url, token: influx.token }).getWriteApi(influx.org, influx.bucket, 'ms', {
    batchSize: BATCH + 1,
    flushInterval: 0,
    maxRetries: 0,
  });
  const values = Array.from({ length: fields }, (_, field) => `f${field}=42.3`).join(',');
  const heads = Array.from({ length: 200 }, (_, device) => `bare,device=d${device} ${values} `);
  const start = Date.now();
  const from = performance.now();
  let lines = 0;
  while (performance.now() - from < seconds * 1_000) {
    for (let at = 0; at < BATCH; at += 1, lines += 1) {
      api.writeRecord(`${heads[lines % heads.length] ?? ''}${start + Math.floor(lines / heads.length)}`);
    }
    await api.flush();
  }
  const took = (performance.now() - from) / 1_000;
  await api.close();
  const held = await countOf(influx, 'SELECT COUNT(*) FROM bare');
  if (held !== lines * fields) throw new Error(`the server holds ${held} of ${lines * fields} readings`);
  return held / took;
}
