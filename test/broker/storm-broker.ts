import { systemClock } from '../../app/clock.ts';
import { startBroker } from '../../broker/broker.ts';

/**
 * The broker alone in a process, for storms: its memory is nobody else's. It counts what it hands on, and sends the
 * counts whenever it is sent a message. First it sends its port.
 */

/** As long as a commit to disk takes. */
const COMMIT_MS = 5;

const seen = new Map<string, Uint8Array>();
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
      // The payload begins with the number of the message.
      const number = Number.parseInt(Buffer.from(payload).toString('latin1'), 10);
      const marks = seen.get(topic.device) ?? new Uint8Array(128);
      seen.set(topic.device, marks);
      handedOn++;
      if (marks[number] === 0) distinct++;
      marks[number] = 1;
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
