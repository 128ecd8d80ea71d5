import { computed, inject, type InjectionKey, readonly, ref, shallowRef } from 'vue';
import type { LastingWarning } from '../../contract/access.ts';
import { ROLE_RANK, type User, type UserRole } from '../../contract/account.ts';
import type { SiteSummary } from '../../contract/api.ts';
import { api } from './api.ts';

export type Session = ReturnType<typeof createSession>;

/** Who is signed in, and which sites there are. */
export function createSession() {
  const user = shallowRef<User | null>(null);
  const sites = shallowRef<readonly SiteSummary[]>([]);
  const setupNeeded = ref(false);
  const warnings = shallowRef<readonly LastingWarning[]>([]);
  const reachable = ref(true);

  /** True: somebody is signed in. Without an answer the last one stands. */
  async function refresh(): Promise<boolean> {
    const answer = await api.session();
    reachable.value = answer.ok;
    if (answer.ok) {
      user.value = answer.value.user;
      setupNeeded.value = answer.value.setupNeeded;
      warnings.value = answer.value.warnings;
    }
    return user.value !== null;
  }

  async function loadSites(): Promise<readonly SiteSummary[]> {
    const answer = await api.sites();
    reachable.value = answer.ok;
    if (answer.ok) sites.value = answer.value;
    return sites.value;
  }

  return {
    user: readonly(user),
    sites: readonly(sites),
    setupNeeded: readonly(setupNeeded),
    reachable: readonly(reachable),
    /** What an operator accepted about security: administrators keep seeing it. */
    warnings: readonly(warnings),
    mayAcknowledge: computed(() => user.value !== null && user.value.role !== 'viewer'),
    /** Whether the account has at least this role; the server asks again. */
    may: (role: UserRole): boolean => user.value !== null && ROLE_RANK[user.value.role] >= ROLE_RANK[role],
    refresh,
    loadSites,
    /** The server said that the session is over. */
    ended() {
      user.value = null;
    },
    async signOut() {
      await api.signOut();
      await refresh();
    },
  };
}

export const SESSION: InjectionKey<Session> = Symbol('session');

export function useSession(): Session {
  const session = inject(SESSION);
  if (session === undefined) throw new Error('main.ts provides the session');
  return session;
}
