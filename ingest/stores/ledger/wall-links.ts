import type { WallLayout } from '../../../contract/access.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessReader, StoredWall } from './access.ts';
import { ended } from './api-tokens.ts';
import type { Sightings } from './sightings.ts';
import { hashToken, newToken } from './tokens.ts';
import type { Ledger } from './types.ts';

const DAY = 86_400_000;
const LISTED_AFTER_END = 30 * DAY;

export interface WallLinksOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<AccessReader, 'wall' | 'wallById' | 'walls'>;
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly seen: Sightings;
}

interface NewWall {
  readonly name: string;
  readonly layout: WallLayout;
  readonly days: number | null;
  readonly reason: string | null;
}

/** Links with which a screen watches one site without anybody signing in. */
export function wallLinks({ ledger, reader, key, clock, seen }: WallLinksOptions) {
  const now = () => clock.now().wall;

  function stateOf(wall: StoredWall | undefined): 'valid' | 'expired' | 'revoked' | 'unknown' {
    if (wall === undefined) return 'unknown';
    if (wall.revokedAt !== null) return 'revoked';
    return wall.expiresAt !== null && wall.expiresAt <= now() ? 'expired' : 'valid';
  }

  function withSighting(wall: StoredWall): StoredWall {
    const sighting = seen.waiting('wall.seen', wall.id);
    return sighting?.op === 'wall.seen' ? { ...wall, lastSeenAt: sighting.at, lastAddress: sighting.address } : wall;
  }

  return {
    find(token: string): { readonly state: 'valid'; readonly wall: StoredWall } | { readonly state: WallEnd } {
      const wall = reader.wall(hashToken(key, token));
      const state = stateOf(wall);
      return state === 'valid' && wall !== undefined
        ? { state, wall }
        : { state: state === 'valid' ? 'unknown' : state };
    },
    stillWorks: (id: number): boolean => stateOf(reader.wallById(id)) === 'valid',
    /** Committed with the next others, within a minute. */
    seen: (id: number, address: string): void => seen.note({ op: 'wall.seen', id, at: now(), address }),
    list: (site: string): readonly StoredWall[] =>
      reader.walls(site, now(), now() - LISTED_AFTER_END).map(withSighting),
    async create(site: string, { name, layout, days, reason }: NewWall, by: string) {
      const token = newToken();
      const tokenHash = hashToken(key, token);
      const at = now();
      const expiresAt = days === null ? null : at + days * DAY;
      await ledger.commit({
        at,
        access: [{ op: 'wall.create', tokenHash, site, name, layout, createdBy: by, at, expiresAt, reason }],
        systemEvents: [{ at, site, kind: 'wall.created', actor: by, detail: { name, days } }],
      });
      const wall = reader.wall(tokenHash);
      if (wall === undefined) throw new Error('The link that was just committed is not in the ledger.');
      return { token, wall };
    },
    async revoke({ site, id }: { site: string; id: number }, by: string): Promise<'done' | 'ended' | 'unknown'> {
      const found = reader.wallById(id);
      if (found?.site !== site) return 'unknown';
      const at = now();
      const systemEvents = [{ at, site, kind: 'wall.revoked', actor: by, detail: { name: found.name } }];
      return ledger
        .commit({ at, access: [{ op: 'wall.revoke', id, at }], systemEvents })
        .then(() => 'done' as const, ended);
    },
  };
}

type WallEnd = 'expired' | 'revoked' | 'unknown';
