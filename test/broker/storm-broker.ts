import { systemClock } from '../../app/clock.ts';
import { startBroker } from '../../broker/broker.ts';

/**
 * The broker alone in a process, for storms: its memory is nobody else's. It counts what it hands on, and sends the
 * counts whenever it is sent a message. First it sends its port.
 */

/** As long as a commit to disk takes. */
const COMMIT_MS = 5;

const seen = new Map<string, Set<number>>();
const refusals: Record<string, number> = {};
let handedOn = 0;
let distinct = 0;
let open = 0;
let batch: (() => void)[] = [];

function commit(): void {
  const committed = batch;
  batch = [];
  for (const resolve of committed) resolve();
}

const broker = await startBroker({
  port: 0,
  clock: systemClock(),
  log: { info() {}, warn() {}, error() {} },
  credentials: {
    verify(username) {
      const [site = '', device = ''] = username.split('.');
      return { site, device, clientId: username };
    },
  },
  ingress: {
    accept({ topic, payload }) {
      // Each message of a device has a time of its own: {"ts":1764000000000,…
      const ts = Number(Buffer.from(payload.subarray(6, 19)).toString('latin1'));
      const times = seen.get(topic.device) ?? new Set<number>();
      seen.set(topic.device, times);
      handedOn++;
      if (!times.has(ts)) distinct++;
      times.add(ts);
      return new Promise((resolve) => {
        if (batch.push(resolve) === 1) setTimeout(commit, COMMIT_MS);
      });
    },
    connection: ({ kind }) => void (open += kind === 'connected' ? 1 : -1),
    refused: ({ reason }) => void (refusals[reason] = (refusals[reason] ?? 0) + 1),
  },
});

process.on('message', () => {
  const { rss } = process.memoryUsage();
  const peak = process.resourceUsage().maxRSS * 1_024;
  process.send?.({ handedOn, distinct, open, refusals, rss, peak });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: broker.port });
