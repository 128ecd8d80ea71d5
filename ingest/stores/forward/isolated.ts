import type { QuarantineEntry } from '../../../contract/quarantine.ts';
import { formatTopic } from '../../../contract/topics.ts';
import type { RejectedReading } from '../influx/types.ts';
import type { SeriesDirectory } from '../series-directory.ts';

export interface IsolationOptions {
  readonly directory: Pick<SeriesDirectory, 'of'>;
  /** The device that measured a metric of a point at a time (ms epoch), as far as the registry tells. */
  readonly deviceOf: (site: string, reading: { point: string; metric: string; at: number }) => string | undefined;
}

/** What is kept of a reading that the store will never take: its value, its time, and the server's words. */
export function isolatedEntry(
  rejected: RejectedReading,
  receivedAt: number,
  { directory, deviceOf }: IsolationOptions,
): QuarantineEntry | undefined {
  const name = directory.of(rejected.series);
  if (name === undefined) return undefined;
  const { site, owner, metric } = name;
  const { t, value, why } = rejected;
  // A point whose device is registered no more stands for it.
  const measuring = owner.kind === 'device' ? owner.id : deviceOf(site, { point: owner.id, metric, at: t });
  const device = measuring ?? owner.id;
  const when = new Date(t).toISOString();
  return {
    site,
    device,
    topic: formatTopic({ site, device, leaf: 'readings' }),
    receivedAt,
    scope: 'part',
    reason: {
      code: 'store_rejected',
      path: `$.values.${metric}`,
      detail: `InfluxDB does not take ${metric} ${value} of ${owner.kind} ${owner.id} at ${when}: ${why}`,
    },
    payload: null,
    size: 0,
    keys: null,
  };
}
