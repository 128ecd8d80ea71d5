import { Check } from 'typebox/value';
import { UserRole } from '../../../contract/account.ts';
import type { UserView } from '../../../contract/access.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessReader } from './access.ts';
import { hashToken } from './tokens.ts';
import { LedgerConflict, type AccountChange, type Ledger, type LedgerReader, type SystemEvent } from './types.ts';

export interface PeopleOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<AccessReader, 'people'> & Pick<LedgerReader, 'user'>;
  readonly key: Uint8Array;
  readonly clock: Clock;
}

interface PersonChange {
  readonly post?: string | undefined;
  readonly role?: UserRole | undefined;
  readonly passwordHash?: string | undefined;
}

/** The users of the ledger, as administrators see and change them: each change with its row of the diary. */
export function people({ ledger, reader, key, clock }: PeopleOptions) {
  const at = () => clock.now().wall;
  const row = (kind: string, actor: string, detail: SystemEvent['detail']): SystemEvent => ({
    at: at(),
    site: null,
    kind,
    actor,
    detail,
  });
  const commit = (accounts: readonly AccountChange[], systemEvent: SystemEvent) =>
    ledger.commit({ at: systemEvent.at, accounts, systemEvents: [systemEvent] });

  return {
    list: (): readonly UserView[] =>
      reader.people(at()).map((person) => {
        const { role } = person;
        if (!Check(UserRole, role)) throw new Error(`The user ${person.username} has the unknown role ${role}.`);
        return { ...person, role };
      }),

    create(
      user: { username: string; post: string; role: UserRole; passwordHash: string },
      by: string,
    ): Promise<'done' | PersonConflict> {
      const { username, role } = user;
      const systemEvent = row('user.created', by, { username, role });
      return commit([{ op: 'user.create', ...user, at: systemEvent.at }], systemEvent).then(done, conflict);
    },

    /** A new role or password ends the user's sessions, but for the one of `keepSession`. */
    change(
      username: string,
      { post, role, passwordHash }: PersonChange,
      { by, keepSession }: { by: string; keepSession?: string | undefined },
    ): Promise<'done' | PersonConflict> {
      const before = reader.user(username);
      if (before === undefined) return Promise.resolve('user_unknown');
      const newRole = role === before.role ? undefined : role;
      const newPost = post === before.post ? undefined : post;
      if (newRole === undefined && newPost === undefined && passwordHash === undefined) return Promise.resolve('done');
      const systemEvent = row('user.changed', by, {
        username,
        ...(newRole === undefined ? {} : { role: newRole, roleBefore: before.role }),
        ...(newPost === undefined ? {} : { post: true }),
        ...(passwordHash === undefined ? {} : { password: true }),
      });
      const ending: AccountChange = {
        op: 'session.deleteOfUser',
        username,
        ...(keepSession === undefined ? {} : { keepTokenHash: hashToken(key, keepSession) }),
      };
      return commit(
        [
          {
            op: 'user.change',
            username,
            at: systemEvent.at,
            ...(newRole === undefined ? {} : { role: newRole }),
            ...(newPost === undefined ? {} : { post: newPost }),
            ...(passwordHash === undefined ? {} : { passwordHash }),
          },
          ...(newRole === undefined && passwordHash === undefined ? [] : [ending]),
        ],
        systemEvent,
      ).then(done, conflict);
    },

    remove(username: string, by: string): Promise<'done' | PersonConflict> {
      return commit([{ op: 'user.remove', username }], row('user.removed', by, { username })).then(done, conflict);
    },
  };
}

const done = () => 'done' as const;

type PersonConflict = 'user_exists' | 'user_unknown' | 'last_administrator';

/** A rule of the ledger that the change broke; any other failure goes on. */
function conflict(error: unknown): PersonConflict {
  const code = error instanceof LedgerConflict ? error.code : undefined;
  if (code === 'user_exists' || code === 'user_unknown' || code === 'last_administrator') return code;
  throw error;
}
