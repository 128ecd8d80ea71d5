import type { BrowserContext } from 'playwright-core';
import { Parse } from 'typebox/value';
import {
  ApiTokenBody,
  type ApiTokenView,
  OwnPasswordBody,
  UserBody,
  UserChange,
  type UserView,
} from '../../../contract/access.ts';
import type { SessionView } from '../../../contract/api.ts';
import { type Answered, answerInstead, type Asked, done, ok, refuse } from './answers.ts';
import { NOW } from './sample-alarms.ts';

const DAY = 86_400_000;
export const TOKEN = 'fwt_3kQ9vX0pWm2RzT7uYb5LcE8hJ1nA6sD4';

function user(username: string, role: UserView['role'], changes: Partial<UserView> = {}): UserView {
  return {
    username,
    post: '后勤值班',
    role,
    createdAt: NOW - 300 * DAY,
    passwordAt: NOW - 40 * DAY,
    sessions: 0,
    ...changes,
  };
}

function token(id: number, name: string, changes: Partial<ApiTokenView> = {}): ApiTokenView {
  return {
    id,
    name,
    role: 'viewer',
    createdBy: 'administrator',
    createdAt: NOW - 20 * DAY,
    expiresAt: NOW + 70 * DAY,
    lastUsedAt: NOW - 125_000,
    ...changes,
  };
}

/** Stands in for the server's accounts and tokens, as the contract says them. */
export class SampleAccounts {
  users: UserView[] = [
    user('administrator', 'administrator', { sessions: 1 }),
    user('operator', 'operator', { post: '井口浴室值班', sessions: 2 }),
    user('night', 'operator', { post: '夜班', passwordAt: NOW - 299 * DAY }),
    user('dispatch', 'viewer', { post: '矿调度室', sessions: 1 }),
  ];
  tokens: ApiTokenView[] = [
    token(1, '月报脚本'),
    token(2, '生产综合监管平台', { role: 'operator', lastUsedAt: null, expiresAt: NOW + 9 * DAY }),
    token(3, '旧看板', { expiresAt: NOW - 3 * DAY, lastUsedAt: NOW - 5 * DAY }),
  ];
  password = 'wasser-ist-warm-42';
  /** Refuses the next change with this. */
  refusal: Answered | null = null;
  /** Bodies that were sent, in their order. */
  readonly sent: unknown[] = [];

  async answer(context: BrowserContext): Promise<void> {
    await answerInstead(context, ['/users', '/tokens', '/session/password'], (asked) => this.#answer(asked));
  }

  #answer({ method, path, body }: Asked): Answered {
    if (body !== null) this.sent.push(body);
    const [, list, id] = path.split('/');
    if (method === 'GET') return ok(list === 'users' ? { users: this.users } : { tokens: this.tokens });
    if (this.refusal !== null) {
      const refused = this.refusal;
      this.refusal = null;
      return refused;
    }
    if (list === 'session') return this.#ownPassword(Parse(OwnPasswordBody, body));
    if (list === 'users') return this.#users(method, id, body);
    if (method === 'DELETE') {
      this.tokens = this.tokens.filter((each) => String(each.id) !== id);
      return done;
    }
    const { name, role, days } = Parse(ApiTokenBody, body);
    const created = token(9, name, { role, createdAt: NOW, expiresAt: NOW + days * DAY, lastUsedAt: null });
    this.tokens = [...this.tokens, created];
    return ok({ token: TOKEN, view: created }, 201);
  }

  #users(method: string, id: string | undefined, body: unknown): Answered {
    if (method === 'POST') {
      const { username, post, role } = Parse(UserBody, body);
      if (this.users.some((each) => each.username === username)) return refuse(409, 'username-taken');
      const added = user(username, role, { post, createdAt: NOW, passwordAt: NOW });
      this.users = [...this.users, added];
      return ok(added, 201);
    }
    const found = this.users.find(({ username }) => username === id);
    if (found === undefined) return refuse(404, 'no-such-thing');
    if (method === 'DELETE') {
      this.users = this.users.filter((each) => each !== found);
      return done;
    }
    const { password, ...change } = Parse(UserChange, body);
    const changed = { ...found, ...change, ...(password === undefined ? {} : { passwordAt: NOW, sessions: 0 }) };
    this.users = this.users.map((each) => (each === found ? changed : each));
    return ok(changed);
  }

  #ownPassword({ current, password }: OwnPasswordBody): Answered {
    if (current !== this.password) return refuse(403, 'wrong-password');
    this.password = password;
    const view: SessionView = { user: null, setupNeeded: false, warnings: [] };
    return ok(view);
  }
}
