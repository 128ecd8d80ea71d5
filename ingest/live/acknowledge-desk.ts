import type { Clock } from '../../contract/clock.ts';
import type { Desk } from '../../contract/query.ts';
import { takeAcknowledge, type AcknowledgeOutcome } from '../line/acknowledge.ts';
import type { Item } from '../line/item.ts';
import type { World } from '../line/world.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { alarmView } from './alarm-view.ts';

export interface AcknowledgeDeskOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly reader: Pick<LedgerReader, 'alarm'>;
  readonly enqueue: (judge: () => void, rest: Partial<Item>) => void;
}

/** Walks the line; answered after the commit. */
export function createAcknowledge({ world, clock, reader, enqueue }: AcknowledgeDeskOptions): Desk['acknowledge'] {
  const closed = (id: number) => reader.alarm(id);
  return (request) =>
    new Promise((resolve) => {
      let answer: AcknowledgeOutcome = { outcome: 'no_such_alarm' };
      let given = clock.now();
      const refuse = () => resolve({ refused: 'not_storing' });
      enqueue(
        () => {
          given = clock.now();
          answer = takeAcknowledge(world, request, { now: given, closed });
        },
        {
          storedOnly: true,
          done() {
            const model = answer.outcome === 'no_such_alarm' ? undefined : world.models.committed(answer.record.site);
            if (answer.outcome === 'no_such_alarm' || model === undefined) return resolve({ refused: 'no_such_alarm' });
            resolve({ outcome: answer.outcome, alarm: alarmView(model, answer.record, { stored: true }) });
          },
          letGo: refuse,
          found() {
            takeAcknowledge(world, request, { now: { ...clock.now(), wall: given.wall }, closed });
          },
          offends() {
            refuse();
            return [];
          },
        },
      );
    });
}
