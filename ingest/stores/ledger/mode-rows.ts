import type { AreaMode } from '../../../contract/registry.ts';
import type { ModeSpan } from '../../standards/types.ts';

/** A mode of an area that somebody set by hand. Times are ms epoch. */
export interface StoredMode {
  readonly site: string;
  readonly area: string;
  readonly mode: AreaMode;
  readonly reason: string;
  readonly since: number;
  /** As it was stated. */
  readonly until: number;
  /** User name; screens show the duty post, `post`. */
  readonly account: string;
  readonly post: string;
  /** Before its time; null: not. */
  readonly ended: { readonly at: number; readonly by: string; readonly post: string } | null;
}

/** The whole row as it is from now on: a new mode, or one that ended. */
export type ModeChange = StoredMode;

export interface ModeReader {
  /** Changes with every change of a mode, from this process or another. */
  modeRevision(): number;
  /** Of one site, those in force at any time within a span, ascending by their beginning. */
  areaModes(site: string, span: { readonly from: number; readonly to: number }): readonly StoredMode[];
}

/** When it ends, or ended if that was before; ms epoch. */
export function endOfMode({ until, ended }: Pick<StoredMode, 'until' | 'ended'>): number {
  return ended === null ? until : Math.min(until, ended.at);
}

/** The same as what schedules are compiled with. */
export function spanOfMode(stored: StoredMode): ModeSpan {
  const { area, mode, reason, post, since } = stored;
  return { area, mode, reason, post, from: since, to: endOfMode(stored) };
}
