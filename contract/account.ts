import { Type, type Static } from 'typebox';

/** A viewer sees, an operator acknowledges, an administrator changes the registry and accounts. */
export const UserRole = Type.Enum(['viewer', 'operator', 'administrator']);
export type UserRole = Static<typeof UserRole>;
/** A higher role may all that a lower one may. */
export const ROLE_RANK: Readonly<Record<UserRole, number>> = { viewer: 1, operator: 2, administrator: 3 };

export const Username = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{1,31}$' });
/** Duty post such as 后勤值班; never a person's name. */
export const Post = Type.String({ minLength: 1, maxLength: 60 });
/** NIST SP 800-63B: length, no composition rules. */
export const Password = Type.String({ minLength: 12, maxLength: 256 });

export const User = Type.Object({ username: Username, post: Post, role: UserRole });
export type User = Static<typeof User>;
