import type { WallLayout, WallLinkBody } from '../../../contract/access.ts';
import type { SiteState } from '../live/state.ts';
import { cellsOf } from './cells.ts';
import { wallPlan } from './plan.ts';
import { pagesOf, rowsOf } from './rows.ts';

export const EXPIRIES = ['7', '90', '365', 'none'] as const;
export type Expiry = (typeof EXPIRIES)[number];
/** Sizes that are sold, inches, and distances from which walls are read, metres. */
export const SCREEN_INCHES = [32, 43, 50, 55, 65, 75, 86, 98] as const;
export const DISTANCES = [2, 3, 4, 5, 6, 8, 10] as const;

/** A link as its form holds it. */
export interface WallDraft {
  name: string;
  areas: string[];
  expiry: Expiry;
  reason: string;
  inches: number;
  metres: number;
}

export const newDraft = (areas: readonly string[]): WallDraft => ({
  name: '',
  areas: [...areas],
  expiry: '90',
  reason: '',
  inches: 55,
  metres: 3,
});

/** All areas chosen means the whole site: areas that are added later are shown too. */
export function bodyOf(draft: WallDraft, all: readonly string[]): WallLinkBody {
  const whole = all.every((area) => draft.areas.includes(area));
  return {
    name: draft.name.trim(),
    layout: {
      areas: whole ? null : all.filter((area) => draft.areas.includes(area)),
      inches: draft.inches,
      metres: draft.metres,
    },
    days: draft.expiry === 'none' ? null : Number(draft.expiry),
    reason: draft.expiry === 'none' ? draft.reason.trim() : null,
  };
}

/** Points and pages of a layout as the site is now, on a screen of 1080 lines. */
export function extent(state: SiteState, layout: WallLayout): { points: number; pages: number } {
  const plan = wallPlan({ width: 1920, height: 1080 }, layout);
  const points = [...state.points.values()];
  const areas = [...state.areas.values()].filter(({ id }) => layout.areas === null || layout.areas.includes(id));
  const blocks = areas.map((area) => ({
    area,
    cells: cellsOf(
      points.filter((point) => point.area === area.id),
      [],
    ),
  }));
  return {
    points: points.filter(({ area }) => areas.some(({ id }) => id === area)).length,
    pages: areas.length === 0 ? 0 : pagesOf(rowsOf(blocks, plan.columns), plan.rows).pages.length,
  };
}
