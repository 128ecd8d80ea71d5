const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes as people read them, such as `1.5 GB`. */
export function sizeOf(bytes: number): string {
  const step = Math.min(Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)), UNITS.length - 1);
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${UNITS[step] ?? ''}`;
}
