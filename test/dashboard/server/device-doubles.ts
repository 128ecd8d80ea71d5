import type { BindBody, QuarantineSelection } from '../../../contract/devices.ts';
import type { DeviceDesk, DeviceQueries } from '../../../contract/query.ts';

/** What a memory site answers about devices that do not appear; `asked` holds what the desk was asked to do. */
export class MemoryDevices implements DeviceQueries, DeviceDesk {
  readonly asked: (['bind', BindBody, string] | ['retry' | 'discard', QuarantineSelection, string])[] = [];
  storing = true;
  readonly #site: string;

  constructor(site: string) {
    this.#site = site;
  }

  refusals(site: string) {
    const row = { reason: 'wrong_password', clientId: 'mine.probe', username: 'mine.probe', detail: null };
    const refusal = { ...row, address: '10.0.0.7', device: 'probe', count: 3, firstAt: 1, lastAt: 2 };
    return site === this.#site ? { refusals: [refusal] } : undefined;
  }

  async unbound(site: string) {
    await Promise.resolve();
    return site === this.#site ? { metrics: [] } : undefined;
  }

  preview(site: string, { point, device }: BindBody) {
    if (site !== this.#site) return undefined;
    if (point.id === 'nowhere') return { fields: [{ field: 'point.id', message: 'is no point of this site' }] };
    return { band: null, state: 'not_judged' as const, replaces: { device, metric: 'water_temperature' } };
  }

  quarantine(site: string) {
    return site === this.#site ? { groups: [], total: 0 } : undefined;
  }

  quarantineItems(site: string, { topic }: QuarantineSelection) {
    const item = { id: 1, receivedAt: 1, path: '$', detail: topic, offset: null, payload: null, size: 0, keys: [] };
    return site === this.#site ? { items: [item], perTenMinutes: [] } : undefined;
  }

  async bind({ site, body, user }: Parameters<DeviceDesk['bind']>[0]) {
    await Promise.resolve();
    const refusal = this.#refusal(site);
    if (refusal !== undefined) return refusal;
    if (body.point.id === 'nowhere') return { fields: [{ field: 'point.id', message: 'is no point of this site' }] };
    this.asked.push(['bind', body, user.username]);
    return 'bound' as const;
  }

  async retry({ site, selection, user }: Parameters<DeviceDesk['retry']>[0]) {
    await Promise.resolve();
    const refusal = this.#refusal(site);
    if (refusal !== undefined) return refusal;
    this.asked.push(['retry', selection, user.username]);
    return { tried: 3, read: 2, unreadable: 1, written: 5 };
  }

  async discard({ site, selection, user }: Parameters<DeviceDesk['discard']>[0]) {
    await Promise.resolve();
    const refusal = this.#refusal(site);
    if (refusal !== undefined) return refusal;
    this.asked.push(['discard', selection, user.username]);
    return 'discarded' as const;
  }

  #refusal(site: string) {
    if (site !== this.#site) return { refused: 'no_such_site' as const };
    return this.storing ? undefined : { refused: 'not_storing' as const };
  }
}
