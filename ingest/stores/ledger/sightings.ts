import type { Clock } from '../../../contract/clock.ts';
import type { AccessChange } from './access.ts';
import type { Ledger } from './types.ts';

export type Sighting = Extract<AccessChange, { readonly op: 'token.used' | 'wall.seen' }>;

export type Sightings = ReturnType<typeof sightings>;

const MINUTE = 60_000;

/** What was used when: gathered in memory and committed once a minute, so that no request costs a commit. */
export function sightings({ ledger, clock }: { ledger: Pick<Ledger, 'commit'>; clock: Clock }) {
  const waiting = new Map<string, Sighting>();
  const nameOf = ({ op, id }: Pick<Sighting, 'op' | 'id'>) => `${op} ${id}`;

  async function write(): Promise<void> {
    if (waiting.size === 0) return;
    const access = [...waiting.values()];
    try {
      await ledger.commit({ at: clock.now().wall, access });
    } catch {
      // They wait for the next minute: nothing rests on them.
      return;
    }
    for (const sighting of access) if (waiting.get(nameOf(sighting)) === sighting) waiting.delete(nameOf(sighting));
  }

  const timer = clock.every(MINUTE, () => void write());
  return {
    note: (sighting: Sighting): void => void waiting.set(nameOf(sighting), sighting),
    /** What is not committed yet. */
    waiting: (op: Sighting['op'], id: number): Sighting | undefined => waiting.get(`${op} ${id}`),
    async close(): Promise<void> {
      timer.cancel();
      await write();
    },
  };
}
