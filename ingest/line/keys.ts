/** Keys of the tables. */
export const keyOf = {
  pointSeries: (site: string, point: string, metric: string) => `${site}|point|${point}|${metric}`,
  deviceSeries: (site: string, device: string, key: string) => `${site}|device|${device}|${key}`,
  device: (site: string, device: string) => `${site}|${device}`,
  clock: (site: string, device: string, key: string) => `${site}|${device}|${key}`,
  machine: (site: string, key: string) => `${site}|${key}`,
  alarm: (id: number) => String(id),
};
