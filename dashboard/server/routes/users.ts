import { Type } from 'typebox';
import { Username } from '../../../contract/account.ts';
import { OwnPasswordBody, UserBody, UserChange, UserList, UserView } from '../../../contract/access.ts';
import { SessionView } from '../../../contract/api.ts';
import { ownSession, signedIn } from '../access.ts';
import type { People } from '../access-ports.ts';
import type { LiveScreens } from '../live.ts';
import { passwordWeakness } from '../password-rules.ts';
import { PasswordQueueFull, type PasswordHasher } from '../password.ts';
import type { Accounts } from '../ports.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import type { SignInPace } from '../sign-in-pace.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const UserParams = Type.Object({ username: Username });

interface UserRouteOptions {
  readonly people: People;
  readonly accounts: Accounts;
  readonly passwords: PasswordHasher;
  readonly pace: SignInPace;
  readonly live: Pick<LiveScreens, 'end' | 'keep'>;
  readonly sessionView: (user: SessionView['user']) => SessionView;
}

/** Accounts of people: managed by people only. A change of role or password, and a removal, drops screens at once. */
export function userRoutes(app: TypedApp, options: UserRouteOptions): void {
  const { people, passwords, live } = options;
  const find = (username: string): UserView =>
    people.list().find((user) => user.username === username) ?? noSuch('user');
  const dropScreens = (username: string, keep?: string): void =>
    live.end((sitter) => sitter.kind === 'person' && sitter.username === username && sitter.session !== keep);

  async function hashOf(password: string, username: string): Promise<string> {
    const weakness = passwordWeakness(password, username);
    if (weakness !== null) throw invalid([{ field: 'password', message: weakness }]);
    return passwords.hash(password);
  }

  app.get(
    '/users',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: { operationId: 'listUsers', summary: 'All users', response: { 200: UserList } },
    },
    (_request, reply) => {
      reply.send({ users: [...people.list()] });
    },
  );

  app.post(
    '/users',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: { operationId: 'createUser', summary: 'Create a user', body: UserBody, response: { 201: UserView } },
    },
    async (request, reply) => {
      const { username, post, role, password } = request.body;
      const passwordHash = await hashOf(password, username);
      const by = signedIn(request).user.username;
      refuse(await people.create({ username, post, role, passwordHash }, by));
      return reply.code(201).send(find(username));
    },
  );

  app.patch(
    '/users/:username',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: {
        operationId: 'changeUser',
        summary: 'Change the post, role or password of a user; a new role or password ends all sessions',
        params: UserParams,
        body: UserChange,
        response: { 200: UserView },
      },
    },
    async (request) => {
      const { username } = request.params;
      const { post, role, password } = request.body;
      const before = find(username);
      const passwordHash = password === undefined ? undefined : await hashOf(password, username);
      refuse(await people.change(username, { post, role, passwordHash }, { by: signedIn(request).user.username }));
      if (passwordHash !== undefined || (role !== undefined && role !== before.role)) dropScreens(username);
      return find(username);
    },
  );

  app.delete(
    '/users/:username',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: {
        operationId: 'removeUser',
        summary: 'Remove a user with all sessions',
        params: UserParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { username } = request.params;
      const by = signedIn(request).user.username;
      if (username === by) throw new ProblemError('own-account');
      refuse(await people.remove(username, by));
      dropScreens(username);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/session/password',
    {
      config: { access: 'viewer', peopleOnly: true },
      schema: {
        operationId: 'changeOwnPassword',
        summary: 'Change the own password; every other session of the user ends',
        body: OwnPasswordBody,
        response: { 200: SessionView },
      },
    },
    async (request) => {
      const { token, user } = ownSession(request);
      const { username } = user;
      await confirm(options, { username, password: request.body.current, address: request.ip });
      const passwordHash = await hashOf(request.body.password, username);
      refuse(await people.change(username, { passwordHash }, { by: username, keepSession: token }));
      live.keep(token);
      dropScreens(username, token);
      return options.sessionView(user);
    },
  );
}

function refuse(outcome: Awaited<ReturnType<People['create']>>): void {
  switch (outcome) {
    case 'done':
      return;
    case 'user_exists':
      throw new ProblemError('username-taken');
    case 'user_unknown':
      return noSuch('user');
    case 'last_administrator':
      throw new ProblemError('last-administrator', { detail: 'Make another administrator first.' });
  }
}

/** Whoever found a screen left open must not guess on. @throws ProblemError */
async function confirm(
  { accounts, passwords, pace }: UserRouteOptions,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<void> {
  const attempt = pace.attempt({ username, address });
  if (!attempt.allowed) throw new ProblemError('too-many-attempts', { headers: retryAfter(attempt.waitMs) });
  const hash = accounts.findUser(username)?.passwordHash;
  const right = await passwords.verify(password, hash).catch((error: unknown) => {
    if (error instanceof PasswordQueueFull) attempt.unchecked();
    throw error;
  });
  if (!right) throw new ProblemError('wrong-password');
  attempt.succeeded();
}
