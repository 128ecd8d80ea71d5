import { Check } from 'typebox/value';
import { ApiTokenBody } from '../../contract/access.ts';
import { LedgerConflict } from '../../ingest/stores/ledger/types.ts';
import { readArguments } from './arguments.ts';
import { auditRow } from './audit-row.ts';
import { AdminError, AdminUsageError, type AdminDeps } from './ports.ts';
import { printable } from './printable.ts';
import { readRole, withLedger } from './users.ts';

const DAY = 86_400_000;
const LISTED_AFTER_END = 30 * DAY;

export async function createToken(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['NAME'], values: ['role', 'days'] });
  const name = given.words[0] ?? '';
  const role = readRole('--role', given.value('role'));
  const days = /^[0-9]{1,3}$/.test(given.value('days') ?? '') ? Number(given.value('days')) : 0;
  if (printable(name) !== name || !Check(ApiTokenBody.properties.name, name))
    throw new AdminUsageError('NAME has to be what uses the token, such as reporting: 1 to 60 characters');
  if (!Check(ApiTokenBody.properties.days, days)) throw new AdminUsageError('--days has to be 1 to 366');
  await withLedger(deps, async ({ ledger, hashToken }) => {
    const token = deps.newToken();
    const at = deps.now();
    const expiresAt = at + days * DAY;
    const tokenHash = hashToken(token);
    await ledger
      .commit({
        at,
        access: [{ op: 'token.create', tokenHash, name, role, createdBy: 'admin', at, expiresAt }],
        systemEvents: [auditRow('token create', { at, kind: 'token.created', detail: { name, role, days } })],
      })
      .catch((error: unknown) => {
        if (!(error instanceof LedgerConflict) || error.code !== 'name_taken') throw error;
        throw new AdminError(`A token that still works is called ${name}. Choose another name, or revoke that one.`);
      });
    deps.out(`Token (${role}, until ${new Date(expiresAt).toISOString()})\n\n  ${token}\n\nIt is shown this once. To try it:\n
curl -H 'Authorization: Bearer ${token}' URL/api/sites\n`);
  });
}

export async function listTokens(argv: readonly string[], deps: AdminDeps): Promise<void> {
  readArguments(argv, { words: [] });
  await withLedger(deps, ({ reader }) => {
    const now = deps.now();
    const tokens = reader.tokens(now, now - LISTED_AFTER_END);
    if (tokens.length === 0) deps.out('There are no tokens. "token create" makes one.\n');
    for (const { id, name, role, expiresAt, revokedAt, lastUsedAt } of tokens) {
      const day = (time: number) => new Date(time).toISOString().slice(0, 10);
      const until =
        revokedAt !== null ? `revoked ${day(revokedAt)}` : `${expiresAt > now ? 'until' : 'expired'} ${day(expiresAt)}`;
      const used = lastUsedAt === null ? 'never used' : `used ${day(lastUsedAt)}`;
      deps.out(
        `${String(id).padStart(4)}  ${role.padEnd(13)}  ${until.padEnd(18)}  ${used.padEnd(15)}  ${printable(name)}\n`,
      );
    }
  });
}

export async function revokeToken(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const [text = ''] = readArguments(argv, { words: ['ID'] }).words;
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new AdminUsageError('ID has to be the number that "token list" shows');
  const id = Number(text);
  await withLedger(deps, async ({ ledger, reader }) => {
    const found = reader.tokenById(id);
    if (found === undefined) throw new AdminError(`There is no token ${id}. "token list" shows them.`);
    const at = deps.now();
    const { name } = found;
    const systemEvents = [auditRow('token revoke', { at, kind: 'token.revoked', detail: { name } })];
    await ledger.commit({ at, access: [{ op: 'token.revoke', id, at }], systemEvents }).catch((error: unknown) => {
      if (!(error instanceof LedgerConflict) || error.code !== 'ended') throw error;
      throw new AdminError(`Token ${id} has ended already: nothing to revoke.`);
    });
    deps.out(`Token ${id} (${printable(name)}) works no more.\n`);
  });
}
