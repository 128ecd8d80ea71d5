import { Answered, cut } from './failure.ts';
import { batchOf, lineOf, sizeOf, type Batch, type Line, type Part } from './lines.ts';
import { culpritsOf, isInfluxes, takesNothing } from './rejection.ts';
import { InfluxFailed, type RejectedReading, type Written } from './types.ts';

/** A record that has no readings in it is named so. */
const RECORD = { series: 0, value: 0 };

/**
 * Sends a batch until each of its lines is held by the server, too old for it, or rejected. After a part of a request was rejected
 * all the rest of it is sent again: what the answer leaves unsaid (another shard, another reason) is then said.
 * @throws InfluxFailed when it cannot be told what became of them: all are to be sent again.
 */
export async function deliver(
  whole: Batch,
  send: (body: Batch['body']) => Promise<void>,
  now: () => number,
): Promise<Written> {
  const rejected: RejectedReading[] = [];
  let [written, tooOld, requests, took] = [0, 0, 0, 0];
  const lines = whole.lineCount;
  // What is to be sent, last first.
  const waiting: Batch[] = [whole];
  const wait = (...lines: readonly (readonly Line[])[]) => waiting.push(...lines.map(batchOf));

  const reject = (line: Line, parts: readonly Part[], why: string) => {
    if (line.parts.length === 0) rejected.push({ ...RECORD, t: line.t, why });
    for (const { series, value } of parts) rejected.push({ series, t: line.t, value, why });
  };

  for (let sent = waiting.pop(); sent !== undefined; sent = waiting.pop()) {
    if (sent.size === 0) continue;
    const begun = now();
    requests += 1;
    const refusal = await send(sent.body).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof Answered) return error;
        throw error;
      },
    );
    took += now() - begun;
    if (refusal === undefined) {
      written += sent.size;
      continue;
    }
    if (!isInfluxes(refusal)) throw new InfluxFailed(strange(refusal), { trouble: 'invalid', status: refusal.status });

    const batch = sent.lines();
    if (takesNothing(refusal, batch))
      throw new InfluxFailed(tooSmall(refusal, sent.body.length), { trouble: 'invalid', status: 413 });
    const culprits = culpritsOf(refusal, batch);
    if (culprits.kind === 'too_old') {
      tooOld += sizeOf(culprits.lines);
      const gone = new Set(culprits.lines);
      wait(batch.filter((line) => !gone.has(line)));
    } else if (culprits.kind === 'parts') {
      const rest: Line[] = [];
      for (const line of batch) {
        const bad = culprits.of.get(line);
        if (bad === undefined) rest.push(line);
        else {
          reject(line, bad, culprits.why);
          const good = line.parts.filter((part) => !bad.includes(part));
          if (good.length > 0) rest.push(lineOf(good, line.t, line.measurement));
        }
      }
      wait(rest);
    } else if (batch.length > 1) {
      // By time: a server answers for one of its shards at a time. Lines of one time keep their order.
      const ordered = batch.toSorted((a, b) => a.t - b.t);
      const middle = batch.length >>> 1;
      wait(ordered.slice(middle), ordered.slice(0, middle));
    } else {
      const [line] = batch;
      if (line === undefined) continue;
      if (line.parts.length > 1) wait(line.parts.map((part) => lineOf([part], line.t, line.measurement)));
      else reject(line, line.parts, cut(refusal.message));
    }
  }
  return { written, tooOld, rejected, lines, requests, took };
}

function tooSmall({ message }: Answered, bytes: number): string {
  return (
    `InfluxDB, or what stands before it, answers 413 to a single line of ${bytes} bytes: let it take larger requests ` +
    `(nginx: client_max_body_size, InfluxDB 1.x: max-body-size). It says: ${cut(message)}`
  );
}

function strange({ status, message }: Answered): string {
  return `What answers a write with ${status} does not speak as InfluxDB does: ${cut(message)}`;
}
