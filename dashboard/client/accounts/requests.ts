import {
  type ApiTokenBody,
  ApiTokenCreated,
  ApiTokenList,
  type OwnPasswordBody,
  type UserBody,
  type UserChange,
  UserList,
  UserView,
} from '../../../contract/access.ts';
import { SessionView } from '../../../contract/api.ts';
import { Anything, call } from '../call.ts';

const user = (username: string) => `/api/users/${encodeURIComponent(username)}`;

/** Accounts of people, tokens of programs, and one's own password. */
export const accountRequests = {
  users: () => call('/api/users', { answer: UserList }),
  addUser: (body: UserBody) => call('/api/users', { method: 'POST', body, answer: UserView }),
  changeUser: (username: string, body: UserChange) => call(user(username), { method: 'PATCH', body, answer: UserView }),
  removeUser: (username: string) => call(user(username), { method: 'DELETE', answer: Anything }),
  tokens: () => call('/api/tokens', { answer: ApiTokenList }),
  createToken: (body: ApiTokenBody) => call('/api/tokens', { method: 'POST', body, answer: ApiTokenCreated }),
  revokeToken: (id: number) => call(`/api/tokens/${id}`, { method: 'DELETE', answer: Anything }),
  changeOwnPassword: (body: OwnPasswordBody) =>
    call('/api/session/password', { method: 'PUT', body, answer: SessionView }),
};
