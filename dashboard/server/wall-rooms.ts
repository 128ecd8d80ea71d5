import type { SiteDelta, SiteSnapshot } from '../../contract/live.ts';
import type { QuerySide } from '../../contract/query.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { wallDelta, wallSnapshot, wallView, type WallView } from './wall-view.ts';

/** What a wall watches: one site, and of it all areas (null) or some. */
export interface WallScope {
  readonly site: string;
  readonly areas: readonly string[] | null;
}

interface WallRoom {
  readonly site: string;
  view(): WallView | null;
}

export interface WallRooms {
  /** The room of all walls that show the same, and what they begin with. */
  enter(scope: WallScope, snapshot: SiteSnapshot): { readonly room: string; readonly snapshot: SiteSnapshot };
  /** Rooms of a site in which somebody is. */
  of(site: string): readonly string[];
  /** For one of those rooms. */
  delta(room: string, delta: SiteDelta): SiteDelta;
}

/** One room for all walls that show the same, so that what they are sent is made once. */
export function wallRooms(options: {
  query: Pick<QuerySide, 'registry'>;
  occupied: (room: string) => boolean;
}): WallRooms {
  const { query, occupied } = options;
  const rooms = new Map<string, WallRoom>();

  function open({ site, areas }: WallScope): WallRoom {
    let made: { readonly from: SiteRegistry | undefined; readonly view: WallView | null } | undefined;
    return {
      site,
      view() {
        const from = areas === null ? undefined : query.registry(site);
        if (made?.from !== from || made === undefined) made = { from, view: wallView(areas, from) };
        return made.view;
      },
    };
  }

  return {
    enter(scope, snapshot) {
      const name = `wall/${scope.site}/${scope.areas === null ? '*' : [...scope.areas].sort().join(',')}`;
      const room = rooms.get(name) ?? open(scope);
      rooms.set(name, room);
      return { room: name, snapshot: wallSnapshot(snapshot, room.view()) };
    },
    of(site) {
      const found: string[] = [];
      for (const [name, room] of rooms) {
        if (!occupied(name)) rooms.delete(name);
        else if (room.site === site) found.push(name);
      }
      return found;
    },
    delta: (room, delta) => wallDelta(delta, rooms.get(room)?.view() ?? null),
  };
}
