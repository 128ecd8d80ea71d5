import type { Clock } from '../contract/clock.ts';
import { refuseStrangersBroker, StrangersBroker, type Broker } from './broker-check.ts';
import type { Credentials, DeviceCredential } from './credentials.ts';
import { createDeviceLink, type DeviceLink } from './device-link.ts';
import type { SimulatedDevice } from './devices.ts';
import type { DeviceAction } from './simulation.ts';

export interface FleetOptions {
  readonly clock: Clock;
  readonly broker: Broker;
  readonly credentials: Credentials;
  readonly devices: readonly SimulatedDevice[];
  readonly onTrouble: (trouble: Error) => void;
}

/** The devices' connections, each with a credential of its own. */
export interface Fleet {
  /** Does what a device does; a publish is over when it is acknowledged. */
  perform(action: DeviceAction): Promise<void>;
  /** Resolves when every device that does not sleep has been connected once. */
  readonly allOnline: Promise<void>;
  /** Rejects when a stranger's broker turns up where ours was; nothing is published from then on. */
  readonly betrayed: Promise<never>;
  close(): Promise<void>;
}

/** @throws StrangersBroker, or an Error when no broker answers or credentials are missing; nothing was published then. */
export async function startFleet({ clock, broker, credentials, devices, onTrouble }: FleetOptions): Promise<Fleet> {
  const known = new Map(credentials.devices.map((credential) => [credential.device, credential]));
  const missing = devices.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (missing.length > 0) {
    const named =
      missing.length > 10 ? `${missing.slice(0, 10).join(', ')} and ${missing.length - 10} more` : missing.join(', ');
    throw new Error(`There are no credentials for ${named}`);
  }

  const first = devices.find(({ sleeps }) => !sleeps) ?? devices[0];
  const firstIn = first === undefined ? undefined : known.get(first.id);
  if (firstIn !== undefined) await refuseStrangersBroker(broker, firstIn);
  let betray: (error: StrangersBroker) => void = () => undefined;
  const betrayed = new Promise<never>((_, reject) => {
    betray = reject;
  });
  betrayed.catch(() => undefined);

  // After a connection broke by itself another broker may stand there: then it is looked at anew, once for all devices.
  let admitted: Promise<void> | undefined = Promise.resolve();
  const admit = (credential: DeviceCredential) => {
    admitted ??= refuseStrangersBroker(broker, credential).catch((error: unknown) => {
      admitted = undefined;
      if (error instanceof StrangersBroker) betray(error);
      throw error;
    });
    return admitted;
  };

  const waiting = new Set(devices.filter(({ sleeps }) => !sleeps).map(({ id }) => id));
  let announce: () => void = () => undefined;
  const allOnline = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const links = new Map<string, DeviceLink>();
  for (const { id } of devices) {
    const credential = known.get(id);
    if (credential === undefined) continue;
    const link = createDeviceLink({
      broker,
      site: credentials.site,
      credential,
      clock,
      admit: () => admit(credential),
      onOnline() {
        waiting.delete(id);
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
        betray(new StrangersBroker(`${sentence}: their credentials are not its own. Nothing was published there.`));
      },
    });
    links.set(id, link);
  }

  return {
    async perform(action) {
      const link = links.get(action.device);
      if (action.kind === 'connect') link?.connect();
      else if (action.kind === 'publish') await link?.publish(action.leaf, action.payload);
      else if (action.end === 'lost') link?.cut(action);
      else link?.sleep();
    },
    allOnline,
    betrayed,
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}
