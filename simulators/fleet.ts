import type { Clock } from '../contract/clock.ts';
import { refuseStrangersBroker, StrangersBroker, type Broker } from './broker-check.ts';
import type { Credentials } from './credentials.ts';
import { createDeviceLink, type DeviceLink } from './device-link.ts';
import { createFacility } from './facility.ts';
import { runSimulation } from './run.ts';
import type { Story } from './story.ts';

export interface FleetOptions {
  readonly clock: Clock;
  readonly broker: Broker;
  readonly credentials: Credentials;
  readonly seed: number;
  readonly speed: number;
  readonly story: Story;
  readonly onTrouble: (trouble: Error) => void;
}

export interface Fleet {
  readonly devices: number;
  /** Resolves when every device has been connected once. */
  readonly allOnline: Promise<void>;
  /** Rejects when a stranger's broker turns up where ours was; nothing is published from then on. */
  readonly betrayed: Promise<never>;
  close(): Promise<void>;
}

/**
 * Connects every device of the demo mine with a credential of its own and lets the story run.
 * @throws StrangersBroker, or an Error when no broker answers; nothing was published then.
 */
export async function startFleet({
  clock,
  broker,
  credentials,
  seed,
  speed,
  story,
  onTrouble,
}: FleetOptions): Promise<Fleet> {
  const facility = createFacility(seed);
  const missing = facility.devices.filter(({ id }) => !credentials.devices.some(({ device }) => device === id));
  if (missing.length > 0) throw new Error(`There are no credentials for ${missing.map(({ id }) => id).join(', ')}`);

  await refuseStrangersBroker(broker, credentials.site);
  let betray: (error: StrangersBroker) => void = () => undefined;
  const betrayed = new Promise<never>((_, reject) => {
    betray = reject;
  });
  betrayed.catch(() => undefined);

  // After a connection broke by itself another broker may stand there: then it is looked at anew, once for all devices.
  let admitted: Promise<void> | undefined = Promise.resolve();
  const admit = () => {
    admitted ??= refuseStrangersBroker(broker, credentials.site).catch((error: unknown) => {
      admitted = undefined;
      if (error instanceof StrangersBroker) betray(error);
      throw error;
    });
    return admitted;
  };

  const waiting = new Set(facility.devices.map(({ id }) => id));
  let announce: () => void = () => undefined;
  const allOnline = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const links = new Map<string, DeviceLink>();
  for (const credential of credentials.devices) {
    const link = createDeviceLink({
      broker,
      site: credentials.site,
      credential,
      clock,
      admit,
      onOnline() {
        waiting.delete(credential.device);
        if (waiting.size === 0) announce();
      },
      onTrouble(trouble) {
        admitted = undefined;
        onTrouble(trouble);
      },
      onLost() {
        admitted = undefined;
      },
      onRefused() {
        const sentence = `The broker on ${broker.host}:${broker.port} does not know the simulated devices`;
        betray(
          new StrangersBroker(`${sentence}: it is not the one that this demo started. Nothing was published there.`),
        );
      },
    });
    links.set(credential.device, link);
  }

  const run = runSimulation({
    clock,
    facility,
    story,
    speed,
    publisher: {
      powerOn: (device) => links.get(device)?.powerOn(),
      powerOff: (device) => links.get(device)?.powerOff(),
      publish: (device, leaf, payload) => links.get(device)?.publish(leaf, payload),
    },
  });
  return {
    devices: facility.devices.length,
    allOnline,
    betrayed,
    async close() {
      run.stop();
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}
