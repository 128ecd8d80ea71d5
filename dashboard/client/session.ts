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
  const leaving = ref(false);

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

  /** Whether the session goes on. One that is over leaves its user known: what they were filling in is still theirs. */
  async function goesOn(): Promise<boolean> {
    const answer = await api.session();
    reachable.value = answer.ok;
    if (answer.ok && answer.value.user !== null) user.value = answer.value.user;
    return answer.ok ? answer.value.user !== null : user.value !== null;
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
    goesOn,
    loadSites,
    /** By their own wish: nothing is kept for them. */
    leaving: readonly(leaving),
    async signOut() {
      leaving.value = true;
      await api.signOut();
      await refresh();
      leaving.value = false;
    },
  };
}

export const SESSION: InjectionKey<Session> = Symbol('session');

export function useSession(): Session {
  const session = inject(SESSION);
  if (session === undefined) throw new Error('main.ts provides the session');
  return session;
}
