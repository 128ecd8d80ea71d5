/** `water_temperature.outlet3` → `water_temperature`. */
export function baseMetric(metric: string): string {
  return metric.split('.', 1)[0] ?? metric;
}
