import type { WallLinkView } from '../../../contract/access.ts';
import { localDate, momentTime } from '../format/time.ts';
import type { SiteState } from '../live/state.ts';
import type { Moment } from '../words/alarm-words.ts';
import type { Words } from '../words/use-words.ts';

/** `works`: a screen that has it may watch now. */
export type LinkState = 'works' | 'expired' | 'revoked';

export function linkState({ revokedAt, expiresAt }: WallLinkView, now: number): LinkState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'works';
}

export function linkAreas({ layout }: WallLinkView, state: SiteState | null, { t, local }: Words): string {
  if (layout.areas === null) return t('wallPage.page.allAreas');
  const names = layout.areas.map((id) => state?.areas.get(id)?.name);
  return names.map((name) => (name === undefined ? t('wallPage.page.goneArea') : local(name))).join(t('list'));
}

/** Since when nobody looks, and from where somebody did. */
export function linkSeen({ watching, lastSeenAt, lastAddress }: WallLinkView, moment: Moment, words: Words): string {
  const { t, ago } = words;
  if (lastSeenAt === null && watching === 0) return t('wallPage.page.never');
  const age = moment.now - (lastSeenAt ?? moment.now);
  const when =
    watching > 0
      ? t('wallPage.page.now', { n: watching }, watching)
      : age < 86_400_000
        ? ago(age)
        : momentTime(lastSeenAt ?? 0, moment);
  return lastAddress === null ? when : `${when}${t('comma')}${lastAddress}`;
}

export function linkExpiry(link: WallLinkView, { now, zone }: Moment, { t }: Words): string {
  const { revokedAt, expiresAt } = link;
  if (revokedAt !== null) return t('wallPage.page.revokedAt', { date: localDate(revokedAt, zone) });
  if (expiresAt === null) return t('wallPage.page.noExpiry');
  const date = localDate(expiresAt, zone);
  return expiresAt <= now ? t('wallPage.page.endedAt', { date }) : date;
}
