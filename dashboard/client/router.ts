import { createRouter, createWebHistory, type Router } from 'vue-router';
import type { Preferences } from './preferences.ts';
import type { Session } from './session.ts';
import SignInPage from './pages/SignInPage.vue';

/** Pages that somebody without a session may see. */
const PUBLIC = new Set(['sign-in', 'setup', 'enter', 'wall']);

export function createAppRouter({ session, preferences }: { session: Session; preferences: Preferences }): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/sign-in', name: 'sign-in', component: SignInPage },
      { path: '/setup', name: 'setup', component: () => import('./pages/SetupPage.vue') },
      { path: '/enter', name: 'enter', component: () => import('./pages/EnterPage.vue') },
      { path: '/wall', name: 'wall', component: () => import('./pages/WallPage.vue') },
      { path: '/', name: 'start', component: () => import('./pages/NoSitePage.vue') },
      {
        path: '/sites/:site',
        component: () => import('./pages/SitePage.vue'),
        children: [
          { path: '', name: 'overview', component: () => import('./pages/OverviewPage.vue') },
          { path: 'points/:point', name: 'point', component: () => import('./pages/OverviewPage.vue') },
          {
            path: 'points/:point/history/:metric',
            name: 'history',
            component: () => import('./pages/PointHistoryPage.vue'),
          },
          { path: 'alarms/:alarm(\\d+)?', name: 'alarms', component: () => import('./pages/AlarmsPage.vue') },
          { path: 'devices', name: 'devices', component: () => import('./pages/DevicesPage.vue') },
          { path: 'records', name: 'records', component: () => import('./pages/RecordsPage.vue') },
          {
            path: 'records/:area/:day(\\d{4}-\\d\\d-\\d\\d)/:from(\\d{4})',
            name: 'shift-form',
            component: () => import('./pages/ShiftFormPage.vue'),
            // On a phone its own buttons stand where the navigation is else.
            meta: { bare: true },
          },
          { path: 'quarantine', name: 'quarantine', component: () => import('./pages/QuarantinePage.vue') },
          { path: 'notifications', name: 'notifications', component: () => import('./pages/NotificationsPage.vue') },
          { path: 'walls', name: 'walls', component: () => import('./pages/WallsPage.vue') },
          { path: 'accounts', name: 'accounts', component: () => import('./pages/AccountsPage.vue') },
          { path: 'system', name: 'system', component: () => import('./pages/SystemPage.vue') },
          { path: 'audit', name: 'audit', component: () => import('./pages/AuditPage.vue') },
        ],
      },
      { path: '/:rest(.*)*', redirect: { name: 'start' } },
    ],
  });

  router.beforeEach(async (to) => {
    if (typeof to.name === 'string' && PUBLIC.has(to.name)) return true;
    if (session.user.value === null && !(await session.refresh())) {
      return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
    }
    if (to.name !== 'start') return true;
    const sites = await session.loadSites();
    const chosen = sites.find((site) => site.id === preferences.site.value) ?? sites[0];
    return chosen === undefined ? true : { name: 'overview', params: { site: chosen.id } };
  });
  return router;
}
