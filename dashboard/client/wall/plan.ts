import type { WallLayout } from '../../../contract/access.ts';

/** How a wall's screen is divided. Lengths in reference px: 0.63 mm of a 55-inch screen of 1080 lines. */
export interface WallPlan {
  /** Screen px for one reference px. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** Cells beside each other, and rows of them below each other. */
  readonly columns: number;
  readonly rows: number;
  /** Too narrow for a rail beside the areas: it goes below them. */
  readonly portrait: boolean;
}

export interface ViewSize {
  readonly width: number;
  readonly height: number;
}

/** The screen for which all lengths are drawn: 16:9, 1080 lines, 55 in, read from 3 m. */
const REFERENCE = { diagonal: Math.hypot(1920, 1080), inches: 55, metres: 3 };
/** What stands around the areas; the stylesheet of the board has the same lengths. */
const MARGIN = 28;
const TOP = 96;
const FOOT = 74;
const GAP = 16;
const RAIL = { wide: 452, gap: 20, tall: 620 };
/** A value of four digits with its unit needs so much; a value, its band and its numbers so much. */
const CELL_WIDTH = 300;
const ROW_HEIGHT = 290;
/** Counts, one critical alarm with its first step, and how many more there are. */
const RAIL_HEIGHT = 488;
/** Columns beyond these would be longer to read than to turn a page. */
const MOST_COLUMNS = 4;

/**
 * Letters keep their angle to the eye: they grow with the distance and, in px, with the density of the screen. Where
 * they would leave no room for a single cell, or for a critical alarm on the rail, room wins.
 */
export function wallPlan(
  { width, height }: ViewSize,
  { inches, metres }: Pick<WallLayout, 'inches' | 'metres'>,
): WallPlan {
  const portrait = height > width;
  const wished =
    (Math.hypot(width, height) / REFERENCE.diagonal) * (metres / REFERENCE.metres) * (REFERENCE.inches / inches);
  const beside = portrait ? 0 : RAIL.wide + RAIL.gap;
  const below = portrait ? RAIL.tall + RAIL.gap : 0;
  const least = {
    width: 2 * MARGIN + beside + CELL_WIDTH,
    height: TOP + FOOT + below + (portrait ? ROW_HEIGHT : RAIL_HEIGHT),
  };
  const scale = Math.max(0.05, Math.min(wished, width / least.width, height / least.height));
  const across = width / scale - 2 * MARGIN - beside;
  const down = height / scale - TOP - FOOT - below;
  return {
    scale,
    width: width / scale,
    height: height / scale,
    columns: Math.max(1, Math.min(MOST_COLUMNS, Math.floor(across / CELL_WIDTH + 1e-9))),
    rows: Math.max(1, Math.floor((down + GAP) / (ROW_HEIGHT + GAP) + 1e-9)),
    portrait,
  };
}
