import { eventRecord, transitionRecord } from '../../../../ingest/stores/forward/records.ts';
import type { InfluxRecord } from '../../../../ingest/stores/influx/types.ts';
import { START } from '../fixtures/rows.ts';
import type { RealServer } from './servers.ts';

const DEVICES = ['gate', 'lock', 'clock', 'door', 'hall'];
const named = (n: number): string => DEVICES[n % DEVICES.length] ?? '';

/** An event of one of five devices: each with an id and a time of its own, every fourth with another field. */
export function nthEvent(n: number): InfluxRecord {
  const forced = { kind: 'forced', active: n % 8 === 0 } as const;
  const contact = { kind: 'contact', open: n % 3 === 0 } as const;
  return eventRecord({
    ...{ id: n, site: 'mine', device: named(n), eventId: `e${n}`, contentHash: `h${n}` },
    ...{ detail: n % 4 === 0 ? forced : contact, occurredAt: START + n, receivedAt: START + n, late: false },
  });
}

/** A transition of an alarm of one of five doors, each of another alarm and with another value. */
export function nthTransition(n: number): InfluxRecord {
  return transitionRecord({
    ...{ id: n, site: 'mine', at: START + n, what: n % 2 === 0 ? 'raised' : 'returned', value: n / 10, alarm: n },
    ...{ rule: 'door.forced', side: null, subjectKind: 'point', subject: named(n), metric: null, priority: 2 },
  });
}

/** Series of a database, counted by the server. */
export async function seriesOf({ query }: Pick<RealServer, 'query'>, database: string): Promise<number> {
  const answer = JSON.stringify(await query('SHOW SERIES EXACT CARDINALITY', database));
  return [...answer.matchAll(/"values":\[\[(\d+)\]\]/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}
