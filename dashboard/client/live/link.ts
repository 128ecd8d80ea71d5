/** How fresh the screen is. `loading`: nothing was shown yet. */
export type LinkStage = 'loading' | 'live' | 'stalled' | 'lost';

export const STALLED_MS = 5_000;
export const LOST_MS = 15_000;

/** `sinceTick`: ms since the last heartbeat of the server, null before the first. */
export function linkStage({
  loaded,
  connected,
  sinceTick,
}: {
  loaded: boolean;
  connected: boolean;
  sinceTick: number | null;
}): LinkStage {
  if (!loaded) return 'loading';
  if (!connected || sinceTick === null || sinceTick >= LOST_MS) return 'lost';
  return sinceTick >= STALLED_MS ? 'stalled' : 'live';
}
