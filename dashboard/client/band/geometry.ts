import type { Band } from '../../../contract/live.ts';

/** Everything in percent of the track's width. */
export interface BandShape {
  /** The thick segment in which a value complies; it runs to the end where a side has no limit. */
  readonly segment: { readonly start: number; readonly width: number } | null;
  readonly ticks: readonly { readonly at: number; readonly limit: number }[];
  readonly pointer: number | null;
  /** From the limit broken to the pointer. */
  readonly stretch: { readonly start: number; readonly width: number } | null;
  readonly scald: number | null;
}

/** Where a value stands on the track of its role. Values beyond the domain stay at its end. */
export function bandShape(band: Band, value: number | null): BandShape {
  const span = band.to - band.from;
  const percent = (v: number) => (span <= 0 ? 50 : Math.min(100, Math.max(0, ((v - band.from) / span) * 100)));
  const { low, high } = band;
  const start = low === null ? 0 : percent(low);
  const end = high === null ? 100 : percent(high);
  const pointer = value === null ? null : percent(value);
  const side = brokenSide(band, value);
  const broken = side === null ? null : side === 'low' ? start : percent(high ?? band.scald ?? band.to);
  return {
    segment: low === null && high === null ? null : { start, width: Math.max(0, end - start) },
    ticks: [low, high].filter((limit) => limit !== null).map((limit) => ({ at: percent(limit), limit })),
    pointer,
    stretch:
      broken === null || pointer === null
        ? null
        : { start: Math.min(broken, pointer), width: Math.abs(pointer - broken) },
    scald: band.scald === null ? null : percent(band.scald),
  };
}

/** The side on which a value breaks its band; null while it complies or nothing is judged. */
export function brokenSide(band: Band | null, value: number | null): 'low' | 'high' | null {
  if (band === null || value === null || !band.inForce) return null;
  if (band.low !== null && value < band.low) return 'low';
  const ceiling = band.high ?? band.scald;
  return ceiling !== null && value > ceiling ? 'high' : null;
}
