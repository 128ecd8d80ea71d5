import type { AreaView } from '../../../contract/live.ts';
import { urgency, type WallCell } from './cells.ts';

/** A part of an area that fits into one row; a large area has several. */
export interface WallBlock {
  readonly key: string;
  readonly area: AreaView;
  readonly cells: readonly WallCell[];
  /** Columns it takes: the last of a row takes what is left. */
  readonly span: number;
}

export interface WallRow {
  readonly key: string;
  readonly blocks: readonly WallBlock[];
}

/**
 * As many cells in a row as there are columns. Areas keep their order by the row in which they begin; what is left of
 * one, and small ones, fill the rows above that have room.
 */
export function rowsOf(
  areas: readonly { readonly area: AreaView; readonly cells: readonly WallCell[] }[],
  columns: number,
): WallRow[] {
  const rows: { free: number; readonly blocks: WallBlock[] }[] = [];
  for (const { area, cells } of areas) {
    for (let from = 0; from < cells.length; from += columns) {
      const part = cells.slice(from, from + columns);
      let row = rows.find(({ free }) => free >= part.length);
      if (row === undefined) rows.push((row = { free: columns, blocks: [] }));
      row.blocks.push({ key: `${area.id}/${from}`, area, cells: part, span: part.length });
      row.free -= part.length;
    }
  }
  return rows.map(({ blocks }) => ({
    key: blocks.map(({ key }) => key).join(' '),
    blocks: stretched(blocks, columns),
  }));
}

function stretched(blocks: readonly WallBlock[], columns: number): WallBlock[] {
  const taken = blocks.reduce((sum, { span }) => sum + span, 0);
  return blocks.map((block, index) =>
    index === blocks.length - 1 ? { ...block, span: block.span + columns - taken } : block,
  );
}

export interface WallPage {
  readonly key: string;
  readonly rows: readonly WallRow[];
}

/**
 * What fits stays as it is. Of more, rows that hold a critical or high alarm stand at the top of every page, the worst
 * first, as long as one row is left to turn: an old alarm must not hide for days what becomes of the rest. Alarmed rows
 * beyond that have their turn first.
 */
export function pagesOf(
  rows: readonly WallRow[],
  capacity: number,
): { kept: number; urgent: readonly string[]; pages: WallPage[] } {
  if (rows.length <= capacity) return { kept: 0, urgent: [], pages: [{ key: 'all', rows }] };
  const rank = (row: WallRow) => urgency(row.blocks.flatMap(({ cells }) => cells));
  const urgent = rows.filter((row) => rank(row) < Infinity).toSorted((a, b) => rank(a) - rank(b));
  const kept = urgent.slice(0, capacity - 1);
  const turning = [...urgent.slice(kept.length), ...rows.filter((row) => !urgent.includes(row))];
  const each = capacity - kept.length;
  const pages: WallPage[] = [];
  for (let from = 0; from < turning.length; from += each) {
    const part = turning.slice(from, from + each);
    pages.push({ key: part.map(({ key }) => key).join(' '), rows: [...kept, ...part] });
  }
  return { kept: kept.length, urgent: urgent.map(({ key }) => key), pages };
}
