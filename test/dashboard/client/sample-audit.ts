import type { BrowserContext } from 'playwright-core';
import type { AuditEntry } from '../../../contract/access.ts';
import { answerInstead, ok } from './answers.ts';
import { NOW, SITE } from './sample-alarms.ts';

const HOUR = 3_600_000;

function entry(id: number, kind: string, changes: Partial<AuditEntry> = {}): AuditEntry {
  return { id, at: NOW - (400 - id) * HOUR, site: null, kind, actor: null, detail: {}, ...changes };
}

/** Stands in for the server's journal. */
export class SampleAudit {
  entries: AuditEntry[] = [
    entry(400, 'user.changed', {
      at: NOW - 62_000,
      actor: 'administrator',
      detail: { username: 'night', role: 'operator', roleBefore: 'viewer', password: true },
    }),
    entry(399, 'channel.changed', { site: SITE, actor: 'administrator', detail: { fields: 'priority, secret' } }),
    entry(398, 'registry.changed', {
      site: SITE,
      actor: 'token:月报脚本',
      detail: { device: 'bath-men-01', metric: 'water_temperature', point: 'men-pool', created: false, copied: 1204 },
    }),
    entry(397, 'session.refused', { detail: { username: null, count: 7 } }),
    entry(396, 'valve.exercised', { site: 'elsewhere', detail: { turns: 3, note: '<b>twice</b>' } }),
    entry(380, 'quarantine.discarded', {
      site: SITE,
      actor: 'administrator',
      detail: { device: 'bath-men-01', topic: 'fw/v1/caozhuang/bath-men-01/readings', code: 'not_json', count: 12 },
    }),
    entry(379, 'user_created', { actor: 'admin command', detail: { username: 'dispatch', role: 'viewer' } }),
    entry(378, 'clock_step', { detail: { ms: -4_200 } }),
    entry(377, 'started', { detail: { downMs: 95_000 } }),
    ...Array.from({ length: 120 }, (_, index) =>
      entry(300 - index, 'token.revoked', { actor: 'administrator', detail: { name: `script-${300 - index}` } }),
    ),
  ];

  async answer(context: BrowserContext): Promise<void> {
    await answerInstead(context, ['/audit'], ({ query }) => {
      const before = Number(query.get('before') ?? Infinity);
      const limit = Number(query.get('limit') ?? 100);
      const rest = this.entries
        .filter(({ id }) => id < before)
        .filter(({ actor }) => query.get('changes') !== 'true' || actor !== null);
      const entries = rest.slice(0, limit);
      return ok({ entries, next: rest.length > limit ? (entries.at(-1)?.id ?? null) : null });
    });
  }
}
