import { workerData } from 'node:worker_threads';
import { serve } from '../sqlite/serve.ts';
import { deliver } from './deliver.ts';
import type { Destination } from './destination.ts';
import { Answered } from './failure.ts';
import { batchOf, lineWriter, type Batch, type Written as Lines } from './lines.ts';
import { overlapOf } from './overlap.ts';
import { influxSettings, type InfluxRequest, type InfluxResult } from './protocol.ts';
import { influxReader } from './read.ts';
import { recordLines } from './records.ts';
import { watchServer } from './server.ts';
import { InfluxFailed, type RejectedReading } from './types.ts';
import { openWire } from './wire.ts';

/** ms that what is under way may still take when we close. */
const FAREWELL = 2_000;
/** ms for which what was found out counts where readings would be let go for their age. */
const LOOK_EVERY = 60_000;

serve<InfluxRequest, InfluxResult, undefined>((tell) => {
  const settings = influxSettings(workerData);
  const wire = openWire(settings);
  const server = watchServer(settings, wire, tell);
  const writer = lineWriter();
  const reader = influxReader(settings, wire);
  const underWay = new Set<Promise<unknown>>();
  let lastWrite: Promise<unknown> = Promise.resolve();
  let lookedAt = -Infinity;
  let failedAttempt: number | undefined;
  /** When the first reading was forwarded, ms epoch. */
  let began: number | undefined;
  /** See `overlapOf`; undefined: not asked yet. */
  let overlap: number | undefined;
  /** ms that the server kept readings when one was written last; null: for ever, undefined: none was. */
  let kept: number | null | undefined;

  /** One after the other: a later reading of one time must not overtake the one that it replaces. */
  function inTurn(
    work: (to: Destination) => Promise<{ batch: Batch; tooOld: number; rejected: readonly RejectedReading[] }>,
    { precision, attempt = null }: { precision: 'ms' | 'ns'; attempt?: number | null },
  ): Promise<InfluxResult> {
    const sent = lastWrite.then(() => {
      if (attempt !== null && attempt === failedAttempt)
        throw new InfluxFailed('It is not sent, as what goes before it failed.', { trouble: 'refused' });
      return server.writing(async (destination) => {
        const { batch, tooOld, rejected } = await work(destination);
        const written = await deliver(
          batch,
          (body) => wire.write(body, precision),
          () => performance.now(),
        );
        const all = { ...written, tooOld: tooOld + written.tooOld, rejected: [...rejected, ...written.rejected] };
        return { kind: 'written', written: all } as const;
      });
    });
    lastWrite = sent.catch(() => {
      failedAttempt = attempt ?? failedAttempt;
    });
    return sent;
  }

  function write({ readings, labels, now, attempt }: Extract<InfluxRequest, { op: 'write' }>): Promise<InfluxResult> {
    writer.learn(labels);
    const since = (began ??= now);
    const bareFrom = attempt === null ? Infinity : overlap;
    const oldestOf = (retention: number | null) => (retention === null ? -Infinity : now - retention);
    // While the request before it is under way, as far as it is known then what the server keeps.
    const early =
      bareFrom === undefined || kept === undefined
        ? undefined
        : { oldest: oldestOf(kept), lines: writer.write(readings, { oldest: oldestOf(kept), bareAfter: bareFrom }) };
    const work = async ({ retention }: Destination) => {
      kept = retention;
      const bareAfter = bareFrom ?? (overlap ??= await overlapOf(wire, settings.bucket, since));
      const batch = await young(retention, now, (oldest) =>
        early?.oldest === oldest ? early.lines : writer.write(readings, { oldest, bareAfter }),
      );
      return { batch, ...batch };
    };
    return inTurn(work, { precision: 'ms', attempt });
  }

  function record({ records, now }: Extract<InfluxRequest, { op: 'record' }>): Promise<InfluxResult> {
    const { lines, rejected } = recordLines(records);
    const newerThan = (oldest: number): Lines => {
      const kept = lines.filter(({ t }) => t >= oldest);
      return { ...batchOf(kept), tooOld: lines.length - kept.length, rejected };
    };
    const work = async ({ retention }: Destination) => {
      const batch = await young(retention, now, newerThan);
      return { batch, ...batch };
    };
    return inTurn(work, { precision: 'ns' });
  }

  /** Before anything is let go for its age, the server is asked whether it keeps more by now. */
  async function young(known: number | null, now: number, newerThan: (oldest: number) => Lines): Promise<Lines> {
    const from = (retention: number | null) => newerThan(retention === null ? -Infinity : now - retention);
    const batch = from(known);
    if (batch.tooOld === 0 || Math.abs(now - lookedAt) < LOOK_EVERY) return batch;
    const { retention } = await server.lookAgain();
    lookedAt = now;
    return from(retention);
  }

  function answer(request: InfluxRequest): Promise<InfluxResult> {
    switch (request.op) {
      case 'look':
        return server.writing(() => Promise.resolve({ kind: 'looked' } as const));
      case 'write':
        return write(request);
      case 'record':
        return record(request);
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
