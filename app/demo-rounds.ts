import { createHash } from 'node:crypto';
import type { User } from '../contract/account.ts';
import type { Shift, ShiftChecks, ShiftRecord, ShiftRecordBody } from '../contract/record.ts';
import type { SiteRegistry } from '../contract/registry.ts';
import { daysBefore, localDay, shiftsOf } from '../ingest/record/shifts.ts';

/** What the ledger keeps of shifts; `shiftRecords` of the stores. */
export interface RoundBook {
  add(
    place: { site: string; area: string },
    body: ShiftRecordBody,
    options: { to: string; user: User },
  ): Promise<ShiftRecord | string>;
  review(place: { site: string; area: string }, id: number, user: User): Promise<ShiftRecord | string>;
}

export interface DemoRoundsOptions {
  readonly book: RoundBook;
  readonly registry: SiteRegistry;
  readonly duty: User;
  /** Reviews what the other one recorded. */
  readonly leader: User;
}

/** ms before a shift's end at which somebody goes round. */
const EARLY = 20 * 60_000;
const USUAL: ShiftChecks = {
  odour: 'none',
  clarity: 'clear',
  showerFirst: 'kept',
  waterChange: 'top_up',
  disinfection: 'done',
};

/** The rounds of the demo's duty desk through the days before it opens: most shifts are recorded, and reviewed. */
export function demoRounds({ book, registry, duty, leader }: DemoRoundsOptions) {
  const done = new Set<string>();
  /** Nobody went round before the mine began to live. */
  let begin: number | undefined;
  const areas = registry.areas.filter(({ id }) =>
    registry.points.some(({ area, role }) => area === id && role === 'pool'),
  );

  async function record(area: string, shift: Shift): Promise<void> {
    const lot = lotOf(`${area} ${shift.day} ${shift.from}`);
    // Now and then nobody has the time.
    if (lot % 9 === 0) return;
    const isCloudy = lot % 11 === 1;
    const body: ShiftRecordBody = {
      key: `demo-${area}-${shift.day}-${shift.from.replace(':', '')}`.slice(0, 64),
      shift: { day: shift.day, from: shift.from },
      checks: {
        ...USUAL,
        ...(isCloudy ? { clarity: 'cloudy' } : {}),
        ...(lot % 5 === 2 ? { showerFirst: null } : {}),
        ...(lot % 7 === 3 ? { waterChange: 'full' } : {}),
      },
      note: isCloudy ? '水发浑，已加药，下一班复查' : null,
      corrects: null,
    };
    const place = { site: registry.site, area };
    const made = await book.add(place, body, { to: shift.to, user: duty });
    if (typeof made !== 'string' && lot % 4 !== 1) await book.review(place, made.id, leader);
  }

  /** Records every shift whose round was due by now (ms epoch) and has not been made. */
  return async (now: number): Promise<void> => {
    const to = localDay(now, registry.timezone);
    begin ??= now;
    for (const { id } of areas) {
      for (const shift of shiftsOf(registry, id, { from: daysBefore(to, 1), to })) {
        const key = `${id} ${shift.start}`;
        if (shift.start < begin || shift.end - EARLY > now || done.has(key)) continue;
        done.add(key);
        await record(id, shift);
      }
    }
  };
}

/** The same for the same shift, whenever it is asked. */
function lotOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt16BE(0);
}
