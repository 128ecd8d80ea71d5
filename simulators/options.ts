import { parseArgs } from 'node:util';
import { ID_PATTERN } from '../contract/ids.ts';
import { seconds } from './scenario.ts';

export const USAGE = `Usage: npm run simulate -- [options]

Publishes the devices of a simulated site over MQTT, each over a connection of its own.

  --site ID                the site (simulated)
  --devices N              how many devices it has, 1 to 5000 (28)
  --scenario NAME|FILE     what happens: normal_day, a fault by its name, bad_night, or a YAML file (normal_day)
  --seed NUMBER            the same number, site and beginning give the same messages (1)
  --rate NUMBER            readings messages a second from all devices together; each at its own interval unless given
  --url URL                the broker: mqtt://HOST:PORT or mqtts://HOST:PORT (mqtt://127.0.0.1:1883)
  --ca FILE                certificates (PEM) to trust, with mqtts://
  --credentials FILE       JSON with the devices' credentials; otherwise the first line of standard input,
                           and the devices stop when standard input ends
  --backfill DURATION      first writes so much history, such as 30d, as fast as it is acknowledged
  --start TIME             the devices' beginning, in the past, such as 2026-11-20T06:00+08:00: what was since then is
                           written as with --backfill; the same beginning and seed give the same messages
  --export-registry FILE   writes the site's registry for "npm run admin -- registry import" and ends
`;

/** Arguments that cannot be used; the message says which and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface SimulatorOptions {
  readonly site: string;
  readonly devices: number;
  readonly scenario: string;
  readonly seed: number;
  /** Messages a second; undefined: as the devices are. */
  readonly rate: number | undefined;
  readonly broker: { readonly host: string; readonly port: number; readonly secure: boolean };
  readonly caFile: string | undefined;
  readonly credentialsFile: string | undefined;
  /** Seconds of history; 0: none. */
  readonly backfill: number;
  /** ms epoch at which the devices begin; undefined: now, or by `backfill` before. */
  readonly start: number | undefined;
  readonly registryFile: string | undefined;
}

const ID = new RegExp(ID_PATTERN);
const TEXT = { type: 'string' } as const;
const OPTIONS = {
  site: TEXT,
  devices: TEXT,
  scenario: TEXT,
  seed: TEXT,
  rate: TEXT,
  url: TEXT,
  ca: TEXT,
  credentials: TEXT,
  backfill: TEXT,
  start: TEXT,
  'export-registry': TEXT,
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError naming the option and what would be right */
export function readOptions(argv: readonly string[]): SimulatorOptions | 'help' {
  const values = parsed(argv);
  if (values.help === true) return 'help';
  const { site = 'simulated', scenario = 'normal_day', url = 'mqtt://127.0.0.1:1883', ca } = values;
  if (!ID.test(site)) throw new UsageError('--site has to be lower-case letters, digits, - and _, such as mine-2');
  if (scenario === '') throw new UsageError('--scenario has to be a name or a file');
  const broker = brokerOf(url);
  if (ca !== undefined && !broker.secure) throw new UsageError('--ca needs a --url with mqtts://');
  if (values.start !== undefined && values.backfill !== undefined)
    throw new UsageError('--start and --backfill both say where the devices begin: give one of them');
  return {
    site,
    scenario,
    broker,
    caFile: ca,
    devices: number('devices', values.devices ?? '28', { min: 1, max: 5_000, whole: true }),
    seed: number('seed', values.seed ?? '1', { min: 0, max: 4_294_967_295, whole: true }),
    rate: values.rate === undefined ? undefined : number('rate', values.rate, { min: 0.01, max: 50_000, whole: false }),
    credentialsFile: values.credentials,
    backfill: values.backfill === undefined ? 0 : duration('backfill', values.backfill),
    start: values.start === undefined ? undefined : moment('start', values.start),
    registryFile: values['export-registry'],
  };
}

/** Seconds: devices are not older than a year. */
const LONGEST = 366 * 86_400;

/** Where the devices' life begins (ms epoch). @throws UsageError when the beginning is not in the past, or too far in it */
export function beginningOf({ backfill, start }: SimulatorOptions, now: number): number {
  const beginning = start ?? now - 1_000 * backfill;
  if (beginning > now || beginning < now - 1_000 * LONGEST)
    throw new UsageError('--start has to be in the past, a year ago at most');
  return beginning;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: withNegatives(argv), options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A negative number behind an option is its value, to be refused as what it is: Node would call it ambiguous. */
function withNegatives(argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const arg of argv) {
    const before = args.at(-1);
    if (/^-[\d.]/.test(arg) && before !== undefined && /^--[^=]+$/.test(before))
      args[args.length - 1] = `${before}=${arg}`;
    else args.push(arg);
  }
  return args;
}

function brokerOf(text: string): SimulatorOptions['broker'] {
  const url = URL.parse(text);
  const right = '--url has to be mqtt://HOST:PORT or mqtts://HOST:PORT';
  if (url === null || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') throw new UsageError(right);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${right}; credentials come in a file, as others can read the command line`);
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') throw new UsageError(right);
  const secure = url.protocol === 'mqtts:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? (secure ? 8_883 : 1_883) : Number(url.port), secure };
}

function duration(name: string, text: string): number {
  const time = seconds(text);
  if (time === undefined || time < 60 || time > LONGEST)
    throw new UsageError(`--${name} has to be a time such as 12h or 30d, from a minute to a year`);
  return time;
}

/** Minutes are enough; without a zone it would be another moment on another machine. */
function moment(name: string, text: string): number {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
  const at = shape.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new UsageError(`--${name} has to be a time with its zone, such as 2026-11-20T06:00+08:00`);
  return at;
}

function number(name: string, text: string, { min, max, whole }: { min: number; max: number; whole: boolean }): number {
  const shape = whole ? /^[0-9]{1,10}$/ : /^[0-9]{1,10}(\.[0-9]{1,10})?$/;
  const value = Number(text);
  if (!shape.test(text) || value < min || value > max)
    throw new UsageError(`--${name} has to be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  return value;
}
