import type { DatabaseSync } from 'node:sqlite';
import type { AccessChange } from './access.ts';
import { LedgerConflict } from './types.ts';

/** @throws LedgerConflict for a name that is taken and for what has ended already. */
export function accessWriter(db: DatabaseSync): (changes: readonly AccessChange[]) => void {
  const createToken = db.prepare(`INSERT INTO api_token (token_hash, name, role, created_by, created_at, expires_at)
    SELECT :tokenHash, :name, :role, :createdBy, :at, :expiresAt
    WHERE NOT EXISTS (SELECT 1 FROM api_token WHERE name = :name AND revoked_at IS NULL AND expires_at > :at)`);
  const revokeToken = db.prepare(
    'UPDATE api_token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL AND expires_at > :at',
  );
  const useToken = db.prepare('UPDATE api_token SET last_used_at = max(coalesce(last_used_at, 0), :at) WHERE id = :id');
  const createWall = db.prepare(`INSERT INTO wall
    (token_hash, site, name, layout, created_by, created_at, expires_at, reason)
    VALUES (:tokenHash, :site, :name, :layout, :createdBy, :at, :expiresAt, :reason)`);
  const revokeWall = db.prepare(
    'UPDATE wall SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL AND coalesce(expires_at > :at, 1)',
  );
  const seeWall = db.prepare('UPDATE wall SET last_seen_at = :at, last_address = :address WHERE id = :id');

  const ended = (changes: number | bigint): void => {
    if (changes === 0) throw new LedgerConflict('ended', 'It has ended already: there is nothing to revoke.');
  };

  const apply = (change: AccessChange): void => {
    switch (change.op) {
      case 'token.create': {
        const { tokenHash, name, role, createdBy, at, expiresAt } = change;
        const { changes } = createToken.run({ tokenHash, name, role, createdBy, at, expiresAt });
        if (changes === 0)
          throw new LedgerConflict('name_taken', `A token that still works is called ${name}: choose another name.`);
        return;
      }
      case 'token.revoke':
        return ended(revokeToken.run({ id: change.id, at: change.at }).changes);
      case 'token.used':
        useToken.run({ id: change.id, at: change.at });
        return;
      case 'wall.create': {
        const { tokenHash, site, name, createdBy, at, expiresAt, reason } = change;
        const layout = JSON.stringify(change.layout);
        createWall.run({ tokenHash, site, name, layout, createdBy, at, expiresAt, reason });
        return;
      }
      case 'wall.revoke':
        return ended(revokeWall.run({ id: change.id, at: change.at }).changes);
      case 'wall.seen':
        seeWall.run({ id: change.id, at: change.at, address: change.address });
        return;
    }
  };
  return (changes) => changes.forEach(apply);
}
