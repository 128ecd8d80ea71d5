import type { Clock, Instant } from '../../contract/clock.ts';
import type { ModeDesk, ModeRefusal } from '../../contract/query.ts';
import type { Item } from './item.ts';
import { takeMode, takeModeEnd } from './modes.ts';
import type { World } from './world.ts';

export interface ModeDeskOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly enqueue: (judge: () => void, rest: Partial<Item>) => void;
  /** A mode was committed that begins or ended at this moment (ms epoch). */
  readonly onChanged: (since: number) => void;
}

/** Modes of areas by hand: both commands walk the line, and are answered after their commit. */
export function createModeDesk({ world, clock, enqueue, onChanged }: ModeDeskOptions): ModeDesk {
  function walk<T>(take: (now: Instant) => T): Promise<T | ModeRefusal> {
    return new Promise((resolve, reject) => {
      let given = clock.now();
      let answer: T | ModeRefusal = { refused: 'not_storing' };
      enqueue(
        () => {
          given = clock.now();
          answer = take(given);
        },
        {
          storedOnly: true,
          done() {
            onChanged(given.wall);
            resolve(answer);
          },
          letGo: () => resolve({ refused: 'not_storing' }),
          // It is in the ledger under the times that it was given then.
          found: () => void take({ ...clock.now(), wall: given.wall }),
          offends(error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return [];
          },
        },
      );
    });
  }

  return {
    set: (request) => walk((now) => takeMode(world, request, now)),
    end: (request) => walk((now) => takeModeEnd(world, request, now)),
  };
}
