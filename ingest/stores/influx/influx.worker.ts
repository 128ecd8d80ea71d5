import { workerData } from 'node:worker_threads';
import { serve } from '../sqlite/serve.ts';
import { deliver, sizeOf } from './deliver.ts';
import { Answered } from './failure.ts';
import { lineWriter, type Line } from './lines.ts';
import { influxSettings, type InfluxRequest, type InfluxResult } from './protocol.ts';
import { influxReader } from './read.ts';
import { recordLines } from './records.ts';
import { watchServer } from './server.ts';
import { InfluxFailed, type RejectedReading } from './types.ts';
import { openWire } from './wire.ts';

/** ms that what is under way may still take when we close. */
const FAREWELL = 2_000;

serve<InfluxRequest, InfluxResult, undefined>((tell) => {
  const settings = influxSettings(workerData);
  const wire = openWire(settings);
  const server = watchServer(settings, wire, tell);
  const writer = lineWriter();
  const reader = influxReader(settings, wire);
  const underWay = new Set<Promise<unknown>>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  /** One after the other: a later reading of one time must not overtake the one that it replaces. */
  function send(
    { lines, rejected }: { lines: readonly Line[]; rejected: readonly RejectedReading[] },
    { precision, now }: { precision: 'ms' | 'ns'; now: number },
  ): Promise<InfluxResult> {
    const sent = lastWrite.then(() =>
      server.writing(async ({ retention }) => {
        const young = retention === null ? lines : lines.filter(({ t }) => t >= now - retention);
        const written = await deliver(
          young,
          (body) => wire.write(body, precision),
          () => performance.now(),
        );
        const tooOld = written.tooOld + sizeOf(lines) - sizeOf(young);
        const all = { ...written, tooOld, rejected: [...rejected, ...written.rejected] };
        return { kind: 'written', written: all } as const;
      }),
    );
    lastWrite = sent.catch(() => {});
    return sent;
  }

  function answer(request: InfluxRequest): Promise<InfluxResult> {
    switch (request.op) {
      case 'look':
        return server.writing(() => Promise.resolve({ kind: 'looked' } as const));
      case 'write':
        writer.learn(request.labels);
        return send(writer.lines(request.readings), { precision: 'ms', now: request.now });
      case 'record':
        return send(recordLines(request.records), { precision: 'ns', now: request.now });
      case 'range':
        return server.reading(async () => ({ kind: 'found', ...(await reader.range(request)) }) as const);
      case 'before':
        return server.reading(
          async () => ({ kind: 'found', readings: await reader.before(request), next: null }) as const,
        );
    }
  }

  return {
    ready: undefined,
    async handle(request) {
      const result = answer(request).catch((error: unknown) => {
        // A query's 400 speaks of the query, which is ours.
        if (error instanceof Answered)
          throw new InfluxFailed(`InfluxDB answers ${error.status}: ${error.message}`, {
            trouble: 'invalid',
            status: error.status,
          });
        throw error;
      });
      underWay.add(result);
      try {
        return await result;
      } finally {
        underWay.delete(result);
      }
    },
    transfer: (result) => (result.kind === 'found' ? [result.readings.buffer] : []),
    async close() {
      const patience = setTimeout(() => wire.close(), FAREWELL);
      await Promise.allSettled([...underWay]);
      clearTimeout(patience);
      wire.close();
    },
  };
});
