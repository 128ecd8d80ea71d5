import type { Clock } from '../../contract/clock.ts';
import { judgeChannel } from '../line/channels.ts';
import type { Item } from '../line/item.ts';
import type { World } from '../line/world.ts';
import { createSeal } from '../stores/ledger/seal.ts';
import type { Ledger, LedgerReader } from '../stores/ledger/types.ts';
import { createChannels, type Channels } from './channels.ts';
import { createDispatcher } from './dispatcher.ts';
import { openChannel } from './sealed.ts';

/** What notifications need to be told by whoever starts them. */
export interface NotifySettings {
  /** Of the data folder: seals addresses and secrets. */
  readonly serverKey: Uint8Array;
  /** Origin of the links to alarms; null: messages hold none. */
  readonly publicUrl: string | null;
  /** The operator accepts plain HTTP beyond this machine. */
  readonly plainHttp: boolean;
}

export interface NotifyOptions extends NotifySettings {
  readonly world: World;
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: LedgerReader;
  readonly clock: Clock;
  readonly log: {
    info(fields: Record<string, unknown>, message: string): void;
    warn(fields: Record<string, unknown>, message: string): void;
  };
  readonly enqueue: (item: Item) => void;
  readonly onError: (error: unknown) => void;
}

export interface Notify {
  readonly channels: Channels;
  /** Alarms may have changed. */
  wake(): void;
  /** Resolves when nothing is on its way and nothing can be sent now. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Carries what the ledger's queue of notifications holds to the channels of each site. */
export function startNotify(options: NotifyOptions): Notify {
  const { world, ledger, reader, clock, log, serverKey, publicUrl } = options;
  const seal = createSeal(serverKey);
  const opened = reader.channels().map((stored) => openChannel(seal, stored));
  for (const { id, site } of opened.filter((channel) => channel.opened === null)) {
    log.warn({ site, channel: id }, 'the address of a channel was stored with another server.key: enter it again');
  }
  const dispatcher = createDispatcher(opened, {
    clock,
    ledger,
    reader,
    model: (site) => world.models.committed(site),
    publicUrl,
    random: Math.random,
    onFailing({ site, id }, failing) {
      const judge = () => judgeChannel(world, { site, id, failing }, clock.now());
      options.enqueue({ judge, done: () => dispatcher.wake(), letGo: () => {}, offends: () => [] });
    },
    onError: options.onError,
    onAttempt({ id, site }, { delivered, problem, httpStatus, code }) {
      if (!delivered) log.warn({ site, channel: id, problem, httpStatus, code }, 'a notification was not delivered');
    },
  });
  const { plainHttp, enqueue } = options;
  return {
    channels: createChannels({ world, clock, reader, dispatcher, seal, plainHttp, publicUrl, enqueue }),
    wake: dispatcher.wake,
    idle: dispatcher.idle,
    close: dispatcher.close,
  };
}
