import type { FastifyReply, FastifyRequest } from 'fastify';
import { LinkBody, SessionView, SetupBody, SignInBody } from '../../../contract/api.ts';
import type { User } from '../../../contract/account.ts';
import { passwordWeakness } from '../password-rules.ts';
import { PasswordQueueFull, type PasswordHasher } from '../password.ts';
import type { LiveScreens } from '../live.ts';
import type { Accounts } from '../ports.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import { publicUser, type Sessions } from '../sessions.ts';
import type { SignInPace } from '../sign-in-pace.ts';
import { invalid } from '../validation.ts';
import type { TypedApp } from './types.ts';

interface SessionRouteOptions {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: PasswordHasher;
  readonly pace: SignInPace;
  readonly live: Pick<LiveScreens, 'end'>;
  /** Told of every sign-in that failed. */
  readonly refused: (username: string) => void;
  readonly sessionView: (user: User | null) => SessionView;
}

/** Attempts per address and minute at what anybody may try. */
const rateLimit = { max: 20, timeWindow: 60_000 };

export function sessionRoutes(app: TypedApp, options: SessionRouteOptions): void {
  const { accounts, sessions, sessionView: view } = options;
  const signOut = async ({ session }: Pick<FastifyRequest, 'session'>, reply: FastifyReply): Promise<void> => {
    await sessions.close(reply, session);
    if (session === null) return;
    options.live.end((sitter) => sitter.kind === 'person' && sitter.session === session.token);
  };
  /** A new session for each sign-in; the one that the browser had before ends. */
  const signIn = async (request: Pick<FastifyRequest, 'session'>, reply: FastifyReply, user: User) => {
    if (request.session !== null) await signOut(request, reply);
    await sessions.open(reply, user);
    return view(user);
  };

  app.get(
    '/session',
    {
      config: { access: 'public' },
      schema: { operationId: 'getSession', summary: 'Who is signed in', response: { 200: SessionView } },
    },
    (request, reply) => {
      reply.send(view(request.session?.user ?? null));
    },
  );

  app.post(
    '/session',
    {
      config: { access: 'public', rateLimit },
      schema: { operationId: 'signIn', summary: 'Sign in', body: SignInBody, response: { 200: SessionView } },
    },
    async (request, reply) => {
      const user = await checkPassword(options, { ...request.body, address: request.ip });
      return signIn(request, reply, user);
    },
  );

  app.delete(
    '/session',
    {
      config: { access: 'public' },
      schema: { operationId: 'signOut', summary: 'Sign out', response: { 200: SessionView } },
    },
    async (request, reply) => {
      await signOut(request, reply);
      return view(null);
    },
  );

  app.post(
    '/setup',
    {
      config: { access: 'public', rateLimit },
      schema: {
        operationId: 'setup',
        summary: 'Create the first administrator with the link of the first start',
        body: SetupBody,
        response: { 201: SessionView },
      },
    },
    async (request, reply) => {
      const { token, username, post, password } = request.body;
      if (!accounts.setupNeeded()) throw new ProblemError('link-invalid');
      const weakness = passwordWeakness(password, username);
      if (weakness !== null) throw invalid([{ field: 'password', message: weakness }]);
      const passwordHash = await options.passwords.hash(password);
      const outcome = await accounts.setup({ token, username, post, passwordHash });
      if (outcome === 'link_invalid') throw new ProblemError('link-invalid');
      if (outcome === 'user_exists') throw new ProblemError('username-taken');
      const user: User = { username, post, role: 'administrator' };
      return reply.code(201).send(await signIn(request, reply, user));
    },
  );

  app.post(
    '/link',
    {
      config: { access: 'public', rateLimit },
      schema: {
        operationId: 'redeemLink',
        summary: 'Sign in with a one-time link',
        body: LinkBody,
        response: { 200: SessionView },
      },
    },
    async (request, reply) => {
      const redeemed = await accounts.redeem(request.body.token);
      if (redeemed === 'link_invalid') throw new ProblemError('link-invalid');
      return signIn(request, reply, publicUser(redeemed));
    },
  );
}

/** @throws ProblemError the same for an unknown user and a wrong password, after the same time. */
async function checkPassword(
  { accounts, passwords, pace, refused }: SessionRouteOptions,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<User> {
  const attempt = pace.attempt({ username, address });
  if (!attempt.allowed) throw new ProblemError('too-many-attempts', { headers: retryAfter(attempt.waitMs) });
  const account = accounts.findUser(username);
  const right = await passwords.verify(password, account?.passwordHash).catch((error: unknown) => {
    if (error instanceof PasswordQueueFull) attempt.unchecked();
    throw error;
  });
  if (account === undefined || !right) {
    refused(username);
    throw new ProblemError('sign-in-refused');
  }
  attempt.succeeded();
  return publicUser(account);
}
