/** How fresh the screen is. `loading`: nothing was shown yet. */
export type LinkStage = 'loading' | 'live' | 'stalled' | 'lost';

export const STALLED_MS = 5_000;
export const LOST_MS = 15_000;

/**
 * `sinceTick`: ms since the last heartbeat of the server, null before the first. A patient screen is lost by silence
 * alone: one that is back within seconds need not cry out to a whole hall.
 */
export function linkStage({
  loaded,
  connected,
  sinceTick,
  patient = false,
}: {
  loaded: boolean;
  connected: boolean;
  sinceTick: number | null;
  patient?: boolean;
}): LinkStage {
  if (!loaded) return 'loading';
  if ((!connected && !patient) || sinceTick === null || sinceTick >= LOST_MS) return 'lost';
  return sinceTick >= STALLED_MS ? 'stalled' : 'live';
}
