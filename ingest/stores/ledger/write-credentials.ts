import type { DatabaseSync } from 'node:sqlite';
import type { SiteRegistry } from '../../../contract/registry.ts';

/** A device that its site's registry no longer lists has no credential any more; the diary says so. */
export function credentialEnder(db: DatabaseSync): (registries: readonly SiteRegistry[], at: number) => void {
  const homeless = `site = :site AND (expires_at IS NULL OR expires_at > :at)
    AND device NOT IN (SELECT device.value ->> 'id' FROM registry, json_each(document, '$.devices') AS device
      WHERE site = :site)`;
  const note = db.prepare(`INSERT INTO system_event (at, site, kind, actor, detail)
    SELECT :at, site, 'credential.revoked', NULL, json_object('device', device, 'why', 'not_in_registry')
    FROM credential WHERE ${homeless} GROUP BY site, device`);
  const end = db.prepare(`UPDATE credential SET expires_at = :at WHERE ${homeless}`);

  return (registries, at) => {
    for (const { site } of registries) {
      note.run({ site, at });
      end.run({ site, at });
    }
  };
}
