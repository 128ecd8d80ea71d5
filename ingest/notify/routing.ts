import type { SiteModel } from '../line/model.ts';
import { alarmView } from '../live/alarm-view.ts';
import type { ChannelChangeRow, ChannelReader, UnroutedIntent } from '../stores/ledger/channels.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { recipients } from './route.ts';
import type { Channel } from './types.ts';

/** Intents that one commit gives their recipients. */
const AT_ONCE = 200;

export interface RoutingOptions {
  readonly reader: Pick<ChannelReader, 'unrouted' | 'toldOf'> & { alarm(id: number): AlarmRecord | undefined };
  readonly model: (site: string) => SiteModel | undefined;
  /** Of a site, in their order. */
  readonly channels: (site: string) => readonly Channel[];
  readonly commit: (rows: readonly ChannelChangeRow[]) => Promise<void>;
}

/**
 * Gives every new intent its recipients, once: who is told of an alarm is settled when it happens. What nobody asks for
 * is marked so and waits for nobody.
 */
export async function routeIntents({ reader, model, channels, commit }: RoutingOptions): Promise<void> {
  for (;;) {
    const intents = reader.unrouted(AT_ONCE);
    if (intents.length === 0) return;
    const told = new Map<number, Set<number>>();
    const rows = intents.map((intent): ChannelChangeRow => {
      const known = told.get(intent.alarm) ?? new Set(reader.toldOf(intent.alarm));
      const found = recipientsOf(intent, known);
      told.set(intent.alarm, new Set([...known, ...found]));
      return { op: 'intent.routed', intent, channels: found };
    });
    await commit(rows);
  }

  function recipientsOf({ site, alarm: id, what }: UnroutedIntent, told: ReadonlySet<number>): number[] {
    const record = reader.alarm(id);
    const known = model(site);
    if (record === undefined || known === undefined) return [];
    const { area, priority, subject } = alarmView(known, record, { stored: true });
    return recipients({ what, alarm: { area, priority, subject } }, { channels: channels(site), told });
  }
}
