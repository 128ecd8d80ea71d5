import { type Static, Type } from 'typebox';
import type { AlarmView } from '../../../contract/alarm.ts';
import { LocalText } from '../../../contract/ids.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** What a wall saw of quiet. Times of the server, ms epoch. */
export const Calm = Type.Object({
  /** Since when no alarm stands; null while one does. */
  since: nullable(Type.Number()),
  /** It saw the last alarm go; otherwise it was quiet when it began to look, and may have been for long. */
  exact: Type.Boolean(),
  /** The last alarm that it saw go: what was wrong, from when to when. */
  last: nullable(Type.Object({ place: LocalText, title: LocalText, raisedAt: Type.Number(), endedAt: Type.Number() })),
  /** When it last looked. */
  seenAt: Type.Number(),
});
export type Calm = Static<typeof Calm>;

/** An alarm stands until somebody acknowledges it: none comes and goes unseen while a screen is away for so long, ms. */
const UNSEEN_MS = 60_000;

/**
 * Looks once more. After an absence nothing is claimed about the time before it.
 *
 * @param before the alarms that stood when it last looked; null: this page has only just begun to
 */
export function calmStep(
  calm: Calm | null,
  { before, alarms, now }: { before: readonly AlarmView[] | null; alarms: readonly AlarmView[]; now: number },
): Calm {
  const away = calm === null || Math.abs(now - calm.seenAt) > UNSEEN_MS;
  const known = away ? null : calm;
  const gone = before?.filter(({ id }) => !alarms.some((alarm) => alarm.id === id)).at(-1);
  const seen = known === null || gone === undefined ? undefined : past(gone, now);
  const last = seen ?? known?.last ?? null;
  if (alarms.length > 0) return { since: null, exact: true, last, seenAt: now };
  if (known === null) return { since: now, exact: false, last: null, seenAt: now };
  if (known.since !== null) return { ...known, last, seenAt: now };
  // Quiet since just now. What went while the page loaded itself anew, it does not know.
  return { since: now, exact: true, last: seen ?? null, seenAt: now };
}

function past({ place, title, raisedAt, returnedAt }: AlarmView, now: number): NonNullable<Calm['last']> {
  return { place, title, raisedAt, endedAt: returnedAt ?? now };
}
