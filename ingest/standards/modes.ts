import type { HandMode } from '../../contract/modes.ts';
import type { AreaMode } from '../../contract/registry.ts';
import { instantAfter, timeline, valueAt, type Timeline } from './timeline.ts';
import type { Applies, InForceRule, ModeSpan } from './types.ts';

/**
 * What each mode that is set by hand takes out of force, by when a standard applies. Never critical ones, and nothing
 * but standards: tamper, forced doors, faults of sensors, silence and what is wrong with a device are no matter of modes.
 */
export const COVERED_BY_MODE: Readonly<Record<AreaMode, readonly Applies[]>> = {
  open: [],
  closed: ['open', 'heating_open'],
  filling: ['open', 'heating_open'],
  cleaning: ['open', 'heating_open'],
  drained: ['open', 'heating_open'],
  out_of_service: ['open', 'heating_open', 'heating', 'always'],
};

export function isCovered(mode: AreaMode, { applies, critical }: InForceRule): boolean {
  return !critical && COVERED_BY_MODE[mode].includes(applies);
}

/** As screens and registers tell it. */
export function handModeOf({ mode, reason, post, from, to }: ModeSpan): HandMode {
  return { mode, reason, since: from, until: to, post };
}

/** Modes by hand of all areas: what of them holds at a moment, and when that changes. */
export interface ModesByHand {
  at(area: string, at: number): ModeSpan | null;
  /** The first instant after `at` at which a mode begins or ends; Infinity: none does. */
  nextChange(at: number): number;
}

/** The later one wins: it ends an earlier one of its area for good, which does not come back when it is over itself. */
export function modesByHand(spans: readonly ModeSpan[]): ModesByHand {
  const byArea = new Map(
    [...Map.groupBy(spans, ({ area }) => area)].map(([area, its]) => [area, areaTimeline(its)] as const),
  );
  const changes = [...new Set(byArea.values().flatMap(({ instants }) => instants))]
    .filter((instant) => instant !== -Infinity)
    .sort((a, b) => a - b);
  return {
    at(area, at) {
      const known = byArea.get(area);
      return known === undefined ? null : valueAt(known, at);
    },
    nextChange: (at) => instantAfter(changes, at),
  };
}

function areaTimeline(spans: readonly ModeSpan[]): Timeline<ModeSpan | null> {
  const inOrder = spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from);
  const newest = (at: number): ModeSpan | null => {
    const begun = inOrder.findLast(({ from }) => from <= at);
    return begun === undefined || begun.to <= at ? null : begun;
  };
  return timeline([-Infinity, ...inOrder.flatMap(({ from, to }) => [from, to])], newest, (a, b) => a === b);
}
