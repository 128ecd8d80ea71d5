import type { User } from '../../contract/account.ts';
import type { Instant } from '../../contract/clock.ts';
import { LONGEST_MODE, type HandMode, type ModeBody } from '../../contract/modes.ts';
import type { FieldsRefused, ModeRefusal } from '../../contract/query.ts';
import { handModeOf } from '../standards/modes.ts';
import { endOfMode, spanOfMode, type StoredMode } from '../stores/ledger/mode-rows.ts';
import { compileCalendar } from './calendar.ts';
import { calendarTime } from './host-clock.ts';
import { judgeForce } from './limits.ts';
import type { World } from './world.ts';

/** What ended so long ago (ms) is no part of a schedule that is compiled now. */
const OVER = 2 * 86_400_000;
/** Lines and the direction of text are ours: a reason stands in lists, on paper and in messages. */
const NOT_TEXT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

export interface AreaOf {
  readonly site: string;
  readonly area: string;
}

export type SetMode = AreaOf & { readonly body: ModeBody; readonly user: User };
export type EndMode = AreaOf & { readonly user: User };

/** Sets a mode from now on; one that stands is ended by it. What it covers is judged at once. */
export function takeMode(
  world: World,
  { site, area, body, user }: SetMode,
  now: Instant,
): HandMode | FieldsRefused | ModeRefusal {
  const model = world.models.get(site);
  if (model === undefined) return { refused: 'no_such_site' };
  if (!model.areas.has(area)) return { refused: 'no_such_area' };
  const at = calendarTime(world, now);
  const reason = body.reason.trim();
  const fields = [...reasonFaults(reason), ...untilFaults(body.until, at)];
  if (fields.length > 0) return { fields };

  const standing = standingMode(world, { site, area }, at);
  const taken = modesOf(world, site).filter((one) => one.area === area);
  // From now on, also where a clock that was set back meets what began later by the clock of then.
  let since = Math.round(at);
  while (taken.some((one) => one.since === since)) since += 1;
  const { username, post } = user;
  const fresh: StoredMode = {
    ...{ site, area, mode: body.mode, reason, since, until: Math.max(Math.round(body.until), since + 1) },
    ...{ account: username, post, ended: null },
  };
  const end = { at: Math.max(since, standing?.since ?? 0), by: username, post };
  const ended = standing === undefined ? [] : [{ ...standing, ended: end }];
  change(world, [...ended, fresh], now);
  world.pending.systemEvents.push({
    at: now.wall,
    site,
    kind: 'mode.set',
    actor: username,
    detail: { area, mode: body.mode, why: reason, to: fresh.until, modeBefore: standing?.mode ?? null },
  });
  return handModeOf(spanOfMode(fresh));
}

/** Ends the mode that stands, if one does: from now on the schedule decides again. */
export function takeModeEnd(world: World, { site, area, user }: EndMode, now: Instant): 'ended' | ModeRefusal {
  const model = world.models.get(site);
  if (model === undefined) return { refused: 'no_such_site' };
  if (!model.areas.has(area)) return { refused: 'no_such_area' };
  const at = calendarTime(world, now);
  const standing = standingMode(world, { site, area }, at);
  if (standing === undefined) return 'ended';
  const { username, post } = user;
  const end = Math.max(Math.round(at), standing.since);
  change(world, [{ ...standing, ended: { at: end, by: username, post } }], now);
  world.pending.systemEvents.push({
    at: now.wall,
    site,
    kind: 'mode.ended',
    actor: username,
    detail: { area, mode: standing.mode, why: standing.reason, to: standing.until },
  });
  return 'ended';
}

function change(world: World, changes: readonly StoredMode[], now: Instant): void {
  const [first] = changes;
  const model = first === undefined ? undefined : world.models.get(first.site);
  if (first === undefined || model === undefined) return;
  const isChanged = (one: StoredMode) => changes.some(({ area, since }) => area === one.area && since === one.since);
  const oldest = calendarTime(world, now) - OVER;
  const others = modesOf(world, first.site).filter((one) => !isChanged(one) && endOfMode(one) > oldest);
  world.modes.set(
    first.site,
    [...others, ...changes].sort((a, b) => a.since - b.since),
  );
  world.pending.modes.push(...changes);
  compileCalendar(world, model, now);
  judgeForce(world, model, now);
}

/** The one of an area that is not over; one whose time has not come, by a clock that was set back, stands too. */
function standingMode(world: World, { site, area }: AreaOf, at: number): StoredMode | undefined {
  return modesOf(world, site).findLast((one) => one.area === area && endOfMode(one) > Math.max(at, one.since));
}

function modesOf(world: World, site: string): readonly StoredMode[] {
  return world.modes.get(site) ?? [];
}

function reasonFaults(reason: string): FieldsRefused['fields'] {
  if (reason === '') return [{ field: 'reason', message: 'is empty: say why, in 1 to 200 characters' }];
  if (NOT_TEXT.test(reason))
    return [{ field: 'reason', message: 'holds control characters: write one line of plain text' }];
  return [];
}

function untilFaults(until: number, at: number): FieldsRefused['fields'] {
  const latest = at + LONGEST_MODE;
  if (until > at && until <= latest) return [];
  const between = `choose a time after ${new Date(at).toISOString()}, and at most until ${new Date(latest).toISOString()}`;
  return [{ field: 'until', message: `${until <= at ? 'is past' : 'is more than 92 days away'}: ${between}` }];
}
