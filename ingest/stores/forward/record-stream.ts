import type { ForwardReader } from '../ledger/forwarded.ts';
import type { InfluxRecord, InfluxStore, RejectedReading } from '../influx/types.ts';
import type { Cursors } from './cursors.ts';
import { eventRecord, transitionRecord } from './records.ts';

/** Records of one request. */
const PAGE = 2_000;

export interface RecordStreamOptions {
  readonly influx: Pick<InfluxStore, 'record'>;
  readonly reader: Pick<ForwardReader, 'events' | 'transitions' | 'newest'>;
  readonly cursors: Pick<Cursors, 'at' | 'moved'>;
  /** Told of each page that was taken over. */
  readonly onSent: (sent: SentRecords) => void;
}

export interface SentRecords {
  readonly measurement: InfluxRecord['measurement'];
  readonly records: readonly InfluxRecord[];
  readonly written: number;
  /** Older than what the server keeps; the ledger has them. */
  readonly tooOld: number;
  /** With the server's words; the ledger has them. */
  readonly rejected: readonly RejectedReading[];
  /** Rows that the ledger had let go before they could be sent. */
  readonly outrun: number;
}

/** Events and transitions of alarms, read from the ledger by their numbers and sent in their order. */
export interface RecordStream {
  /** Sends the next page of each. Rejects with InfluxFailed: then the same page is sent again. */
  send(): Promise<{ readonly sent: boolean; readonly more: boolean }>;
  /** Rows that are not sent yet. */
  waiting(): number;
}

export function createRecordStream({ influx, reader, cursors, onSent }: RecordStreamOptions): RecordStream {
  async function page<T extends { readonly id: number }>(
    stream: 'events' | 'journal',
    rows: readonly T[],
    { newest, recordOf }: { newest: number; recordOf: (row: T) => InfluxRecord },
  ): Promise<{ sent: boolean; more: boolean }> {
    const after = cursors.at(stream);
    const more = rows.length === PAGE;
    const [first] = rows;
    const upto = more ? (rows.at(-1)?.id ?? after) : Math.max(newest, rows.at(-1)?.id ?? 0);
    if (first !== undefined) {
      const records = rows.map(recordOf);
      const { written, tooOld, rejected } = await influx.record(records);
      // Events are numbered without a gap, until the oldest are let go after their time.
      const outrun = stream === 'events' && after > 0 ? first.id - after - 1 : 0;
      const measurement = stream === 'events' ? 'events' : 'alarm_transitions';
      onSent({ measurement, records, written, tooOld, rejected, outrun });
    }
    // Rows of the journal that are about no alarm are passed over.
    if (upto > after) cursors.moved(stream, upto);
    return { sent: first !== undefined, more };
  }

  return {
    async send() {
      const newest = reader.newest();
      const events = await page('events', reader.events(cursors.at('events'), PAGE), {
        newest: newest.events,
        recordOf: eventRecord,
      });
      const transitions = await page('journal', reader.transitions(cursors.at('journal'), PAGE), {
        newest: newest.journal,
        recordOf: transitionRecord,
      });
      return { sent: events.sent || transitions.sent, more: events.more || transitions.more };
    },
    waiting() {
      const newest = reader.newest();
      return Math.max(0, newest.events - cursors.at('events')) + Math.max(0, newest.journal - cursors.at('journal'));
    },
  };
}
