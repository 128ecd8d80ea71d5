import { connect, type Socket } from 'node:net';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { deviceId, measuredAt, metricOf, pointOf, secretOf, siteOf, usernameOf } from './fleet.ts';
import { answers, connectPacket, messageTemplate, publishPacket, TIME, type Template } from './packets.ts';
import { percentile } from './result.ts';

/**
 * Devices on raw sockets in a process of their own. It opens them all, sends `{ connected }`, and then does what it is
 * told, one job after the other; each is answered with its report.
 */
const Options = Compile(
  Type.Object({
    port: Type.Integer(),
    devices: Type.Integer(),
    metrics: Type.Integer(),
    /** Metrics of one point. */
    perPoint: Type.Optional(Type.Integer()),
    /** An element for each point that names it, in place of our own `{"ts":…,"values":{…}}`. */
    byPoint: Type.Optional(Type.Boolean()),
    /** Messages behind each CONNECT, not waiting for its answer; `connected` follows when all are acknowledged. */
    pipelined: Type.Optional(Type.Integer()),
  }),
);
const Job = Compile(
  Type.Union([
    /** As fast as they are acknowledged, `window` messages of each device under way. Counted after `warm` seconds. */
    Type.Object({ job: Type.Literal('flood'), window: Type.Integer(), warm: Type.Number(), seconds: Type.Number() }),
    /** `rate` messages a second of all devices together. */
    Type.Object({ job: Type.Literal('pace'), rate: Type.Number(), seconds: Type.Number() }),
    /** Each device sends all at once and then waits. */
    Type.Object({ job: Type.Literal('burst'), messages: Type.Integer() }),
    /** Readings of the past, ten to an array, in order: `hours` of every device's metrics, `interval` seconds apart. */
    Type.Object({ job: Type.Literal('history'), hours: Type.Integer(), interval: Type.Integer(), end: Type.Number() }),
  ]),
);
/** Connections being opened at one time: the backlog of a listening socket is no larger. */
const OPENING = 200;
const LAST_ID = 60_000;

interface Device {
  readonly number: number;
  readonly socket: Socket;
  readonly template: Template;
  id: number;
  ts: number;
  onAck: (count: number) => void;
}

const given: unknown = JSON.parse(process.argv[2] ?? '{}');
if (!Options.Check(given)) throw new TypeError('the loader takes port, devices and metrics as JSON');
const { port, devices: count, metrics, perPoint = 1, byPoint = false, pipelined = 0 } = given;
const devices: Device[] = [];
let broken = 0;

function open(number: number): Promise<Device> {
  return new Promise((resolve, reject) => {
    const username = usernameOf(number);
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const topic = `fw/v1/${siteOf(number)}/${deviceId(number)}/readings`;
    const template = messageTemplate(topic, byPoint ? pointsOf(number) : valuesOf());
    const device: Device = { number, socket, template, id: 0, ts: 0, onAck: () => {} };
    let acks = 0;
    const read = answers(
      () => void (pipelined === 0 && resolve(device)),
      () => void (acks += 1),
    );
    let left = pipelined;
    device.onAck = (count) => {
      left -= count;
      if (left === 0) resolve(device);
    };
    socket.on('connect', () => {
      const behind = Array.from({ length: pipelined }, () => next(device));
      socket.write(Buffer.concat([connectPacket(username, secretOf(username)), ...behind]));
    });
    socket.on('data', (bytes: Buffer) => {
      acks = 0;
      read(bytes);
      if (acks > 0) device.onAck(acks);
    });
    socket.on('error', reject);
    socket.on('close', () => void (broken += 1));
  });
}

function valuesOf(): string {
  const values = Array.from({ length: metrics }, (_, channel) => {
    return `"${metricOf(channel, perPoint)}":${measuredAt(channel, perPoint).value}`;
  });
  return `{"ts":${TIME},"values":{${values.join(',')}}}`;
}

function pointsOf(device: number): string {
  const values = Array.from({ length: perPoint }, (_, channel) => {
    const { metric, value } = measuredAt(channel, perPoint);
    return `"${metric}":${value}`;
  });
  const points = Array.from({ length: metrics / perPoint }, (_, place) => {
    return `{"ts":${TIME},"point":"${pointOf(device, place)}",${values.join(',')}}`;
  });
  return `[${points.join(',')}]`;
}

/** The clock's time, and never the same twice for one device. */
function next(device: Device): Buffer {
  device.id = (device.id % LAST_ID) + 1;
  device.ts = Math.max(device.ts + 1, Date.now());
  return device.template.next(device.id, device.ts);
}

function send(device: Device, messages: number): void {
  device.socket.write(
    messages === 1 ? next(device) : Buffer.concat(Array.from({ length: messages }, () => next(device))),
  );
}

const after = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

async function flood(window: number, warm: number, seconds: number) {
  let acknowledged = 0;
  let running = true;
  let waiting = devices.length * window;
  const { promise: drained, resolve } = Promise.withResolvers<null>();
  for (const device of devices) {
    device.onAck = (acks) => {
      acknowledged += acks;
      if (running) send(device, acks);
      else if ((waiting -= acks) === 0) resolve(null);
    };
    send(device, window);
  }
  await after(warm);
  const from = performance.now();
  const before = acknowledged;
  await after(seconds);
  const counted = acknowledged - before;
  const took = (performance.now() - from) / 1_000;
  running = false;
  await drained;
  return { acknowledged: counted, total: acknowledged, seconds: took };
}

/** Whose turn it is: a job goes on where the last one ended, or those at the end would never report. */
let turn = 0;

async function pace(rate: number, seconds: number) {
  let sent = 0;
  let acknowledged = 0;
  const took: number[] = [];
  const written = devices.map((): number[] => []);
  devices.forEach((device, index) => {
    device.onAck = (acks) => {
      acknowledged += acks;
      // Acknowledgements of one device come in the order of its messages.
      const now = performance.now();
      for (const at of written[index]?.splice(0, acks) ?? []) took.push(now - at);
    };
  });
  const from = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(performance.now() - from, seconds * 1_000);
      for (const due = Math.floor((elapsed * rate) / 1_000); sent < due; sent += 1) {
        const device = devices[turn];
        if (device === undefined) continue;
        written[turn]?.push(performance.now());
        send(device, 1);
        turn = (turn + 1) % devices.length;
      }
      if (elapsed < seconds * 1_000) return;
      clearInterval(timer);
      resolve();
    }, 2);
  });
  while (acknowledged < sent && broken === 0) await after(0.05);
  const [p99, most] = [percentile(took, 0.99), percentile(took, 1)];
  return { acknowledged, total: acknowledged, seconds: (performance.now() - from) / 1_000, p99, most };
}

/** Sends what `messages` gives for each device, all at once, and waits for every acknowledgement. */
async function burst(messages: (device: Device) => Buffer[]) {
  const from = performance.now();
  let total = 0;
  await Promise.all(
    devices.map((device) => {
      const bytes = messages(device);
      let left = bytes.length;
      total += left;
      return new Promise<void>((resolve) => {
        device.onAck = (acks) => {
          left -= acks;
          if (left === 0) resolve();
        };
        device.socket.write(Buffer.concat(bytes));
      });
    }),
  );
  return { acknowledged: total, total, seconds: (performance.now() - from) / 1_000 };
}

const SAMPLES = 10;

/** A pool that is heated in turns, measured to a tenth of a degree with a sensor's noise. */
function history(device: Device, { hours, interval, end }: { hours: number; interval: number; end: number }): Buffer[] {
  const topic = `fw/v1/${siteOf(device.number)}/${deviceId(device.number)}/readings`;
  const noise = randomOf(device.number + 1);
  const samples: object[] = [];
  for (let t = end - hours * 3_600_000; t < end; t += interval * 1_000) {
    const values = Array.from({ length: metrics }, (_, channel) => {
      const level = 43 + Math.sin(t / 1_700_000 + device.number + channel) + (noise() - 0.5) * 0.15;
      return [metricOf(channel, perPoint), Math.round(level * 10) / 10];
    });
    samples.push({ ts: t, values: Object.fromEntries(values) });
  }
  return Array.from({ length: Math.ceil(samples.length / SAMPLES) }, (_, index) => {
    device.id = (device.id % LAST_ID) + 1;
    return publishPacket(topic, device.id, JSON.stringify(samples.slice(index * SAMPLES, (index + 1) * SAMPLES)));
  });
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function run(job: unknown) {
  if (!Job.Check(job)) throw new TypeError('the loader does not know this job');
  switch (job.job) {
    case 'flood':
      return flood(job.window, job.warm, job.seconds);
    case 'pace':
      return pace(job.rate, job.seconds);
    case 'burst':
      return burst((device) => Array.from({ length: job.messages }, () => next(device)));
    case 'history':
      return burst((device) => history(device, job));
  }
}

process.on('message', (job) => void run(job).then((report) => process.send?.({ ...report, broken })));
process.on('disconnect', () => process.exit());

let begun = 0;
async function openNext(): Promise<void> {
  while (begun < count) devices.push(await open(begun++));
}
await Promise.all(Array.from({ length: OPENING }, openNext));
process.send?.({ connected: devices.length });
