import { parseArgs } from 'node:util';

export const USAGE = `Usage: node simulators/main.ts [options]

Publishes the demo mine's devices to Facility Watch's broker, each over an MQTT connection of its own.

  --host HOST          the broker's address (127.0.0.1)
  --port PORT          the broker's port (1883)
  --seed NUMBER        the same number gives the same story (1)
  --speed NUMBER       how many times faster than the clock, 0.1 to 100 (1)
  --credentials FILE   JSON with the devices' credentials; otherwise the first line of standard input,
                       and the devices stop when standard input ends
`;

/** Arguments that cannot be used; the message says which and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface SimulatorOptions {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly speed: number;
  readonly file: string | undefined;
}

/** @throws UsageError */
export function readOptions(argv: readonly string[]): SimulatorOptions | 'help' {
  const text = { type: 'string' } as const;
  const options = {
    host: text,
    port: text,
    seed: text,
    speed: text,
    credentials: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return 'help';
  return {
    host: values.host ?? '127.0.0.1',
    port: number('port', values.port ?? '1883', { min: 1, max: 65_535, whole: true }),
    seed: number('seed', values.seed ?? '1', { min: 0, max: 4_294_967_295, whole: true }),
    speed: number('speed', values.speed ?? '1', { min: 0.1, max: 100, whole: false }),
    file: values.credentials,
  };
}

function number(name: string, text: string, { min, max, whole }: { min: number; max: number; whole: boolean }): number {
  const shape = whole ? /^[0-9]{1,10}$/ : /^[0-9]{1,10}(\.[0-9]{1,10})?$/;
  const value = Number(text);
  if (!shape.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} has to be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  }
  return value;
}
