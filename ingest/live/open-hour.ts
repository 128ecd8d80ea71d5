import type { OpenHour } from '../../contract/api.ts';

export interface Downtime {
  readonly from: number;
  readonly to: number;
}

export function openHours(_options: unknown, _site: string, _point: string): Promise<readonly OpenHour[] | undefined> {
  return Promise.resolve([]);
}
