export type OffsetParts =
  | { readonly unit: 'seconds'; readonly seconds: number }
  | { readonly unit: 'minutes'; readonly m: number; readonly s: number }
  | { readonly unit: 'hours'; readonly h: number; readonly m: number }
  | { readonly unit: 'days'; readonly d: number; readonly h: number };

/** The size of a clock's difference (ms, either sign) in two units at most: 0.4 s, 8 min 12 s, 2 h 1 min, 3 d 4 h. */
export function offsetParts(ms: number): OffsetParts {
  const size = Math.abs(ms) / 1_000;
  if (size < 59.95) return { unit: 'seconds', seconds: Math.round(size * 10) / 10 };
  const seconds = Math.round(size);
  if (seconds < 3_600) return { unit: 'minutes', m: Math.floor(seconds / 60), s: seconds % 60 };
  const minutes = Math.round(size / 60);
  if (minutes < 2_880) return { unit: 'hours', h: Math.floor(minutes / 60), m: minutes % 60 };
  const hours = Math.round(size / 3_600);
  return { unit: 'days', d: Math.floor(hours / 24), h: hours % 24 };
}
