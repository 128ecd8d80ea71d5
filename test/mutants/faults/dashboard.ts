import type { Mutant } from '../mutant.ts';

const LIVE = 'test/dashboard/server/live.test.ts';
const ACCESS = 'test/dashboard/server/access.test.ts';
const SESSION = 'test/dashboard/server/session.test.ts';
const LIVE_STATE = 'test/dashboard/client/live-state.test.ts';
const SUMMARY = 'test/dashboard/client/summary.test.ts';
const AREA_GROUPS = 'test/dashboard/client/area-groups.test.ts';
const REDRAW = 'test/dashboard/client/redraw.test.ts';
const CATALOGUE = 'test/dashboard/client/catalogue.test.ts';

export const DASHBOARD_FAULTS: readonly Mutant[] = [
  {
    name: 'socket-takes-any-origin',
    breaks: 'no foreign page opens a live socket',
    edits: [
      {
        file: 'dashboard/server/seats.ts',
        from: "if (!doorway.admitsOrigin({ origin, host, hasCookie: true })) return 'foreign origin';",
        to: 'void origin;',
      },
    ],
    tests: [LIVE],
  },
  {
    name: 'posts-take-any-origin',
    breaks: 'no foreign page changes anything',
    edits: [
      {
        file: 'dashboard/server/access.ts',
        from: 'if (!SAFE_METHODS.has(request.method)) refuseForeign(request, doorway);',
        to: 'void [SAFE_METHODS, refuseForeign];',
      },
    ],
    tests: [SESSION],
  },
  {
    name: 'socket-outlives-its-session',
    breaks: 'a screen whose session or role is gone is dropped',
    edits: [
      {
        file: 'dashboard/server/live.ts',
        from: 'if (!stillGood(seat)) dismiss(screen);',
        to: 'if (!stillGood(seat)) void dismiss;',
      },
    ],
    tests: [LIVE],
  },
  {
    name: 'session-that-is-over-opens',
    breaks: 'no route without a session',
    edits: [
      {
        file: 'dashboard/server/sessions.ts',
        from: 'if (found === undefined || found.expiresAt <= clock.now().wall) return null;',
        to: 'if (found === undefined) return null;',
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'viewers-acknowledge',
    breaks: 'it takes an operator to acknowledge',
    edits: [
      {
        file: 'dashboard/server/routes/alarms.ts',
        from: "config: { access: 'operator' }",
        to: "config: { access: 'viewer' }",
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'roles-are-all-alike',
    breaks: 'a role that is too low is refused',
    edits: [
      {
        file: 'dashboard/server/access.ts',
        from: 'ROLE_RANK[caller.role] < ROLE_RANK[access]',
        to: 'ROLE_RANK[caller.role] < 0',
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'undeclared-routes-are-public',
    breaks: 'a route that declares no access cannot be registered',
    edits: [
      {
        file: 'dashboard/server/access.ts',
        from: 'route.config?.access ?? library?.[1];',
        to: "route.config?.access ?? library?.[1] ?? 'public';",
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'scripts-read-the-session',
    breaks: 'the session is out of reach of scripts',
    edits: [{ file: 'dashboard/server/sessions.ts', from: 'httpOnly: true', to: 'httpOnly: false' }],
    tests: [SESSION],
  },
  {
    name: 'guessing-is-free',
    breaks: 'guessing passwords is slowed',
    edits: [
      { file: 'dashboard/server/sign-in-pace.ts', from: 'if (waitMs > 0) return', to: 'if (waitMs > Infinity) return' },
    ],
    tests: ['test/dashboard/server/sign-in-pace.test.ts'],
  },
  {
    name: 'pages-run-inline-scripts',
    breaks: 'the page runs its own files and nothing else',
    edits: [
      {
        file: 'dashboard/server/headers.ts',
        from: `scriptSrc: ["'self'"]`,
        to: `scriptSrc: ["'self'", "'unsafe-inline'"]`,
      },
    ],
    tests: ['test/dashboard/server/headers.test.ts'],
  },
  {
    name: 'gap-in-the-deltas-goes-unnoticed',
    breaks: 'a screen that missed something fetches a snapshot',
    edits: [
      {
        file: 'dashboard/client/live/state.ts',
        from: 'if (delta.seq !== state.seq + 1 || delta.reload',
        to: 'if (delta.reload',
      },
    ],
    tests: [LIVE_STATE],
  },
  {
    name: 'tick-shows-no-gap',
    breaks: 'a screen that missed the last delta notices at the next tick',
    edits: [
      {
        file: 'dashboard/client/live/state.ts',
        from: 'return tick.epoch !== state.epoch || tick.seq > state.seq;',
        to: 'return tick.epoch !== state.epoch;',
      },
    ],
    tests: [LIVE_STATE],
  },
  {
    name: 'lost-connection-looks-live',
    breaks: 'a screen that lost its connection says so',
    edits: [
      {
        file: 'dashboard/client/live/link.ts',
        from: '(!connected && !patient) || sinceTick === null ||',
        to: 'sinceTick === null ||',
      },
    ],
    tests: [LIVE_STATE],
  },
  {
    name: 'age-by-the-clock-of-the-screen',
    breaks: "a value's age is counted by the server's clock, whatever the screen's own says",
    edits: [
      {
        file: 'dashboard/client/live/store.ts',
        from: 'now.value = stoppedAt.value + (performance.now() - heardAt);',
        to: 'now.value = Date.now();',
      },
    ],
    tests: ['test/dashboard/client/live-store.test.ts'],
  },
  {
    name: 'area-with-unknowns-is-normal',
    breaks: 'silence is never "all is well"',
    edits: [
      { file: 'dashboard/client/live/area-summary.ts', from: 'standing + unknown + suspect', to: 'standing + suspect' },
    ],
    tests: [SUMMARY],
  },
  {
    name: 'unknown-rooms-are-in-band',
    breaks: 'a room of which nothing is known never counts as compliant',
    edits: [
      {
        file: 'dashboard/client/live/room-summary.ts',
        from: "rooms.filter((room) => temperature(room)?.state === 'inside');",
        to: "rooms.filter((room) => temperature(room)?.state !== 'outside');",
      },
    ],
    tests: [SUMMARY],
  },
  {
    name: 'typed-text-becomes-markup',
    breaks: 'what people typed is shown as text',
    edits: [
      {
        file: 'dashboard/client/components/AlarmCourse.vue',
        from: `<small v-if="line.note">{{ t('journal.note', { note: line.note }) }}</small>`,
        to: '<small v-if="line.note" v-html="line.note"></small>',
      },
    ],
    tests: [CATALOGUE],
  },
  {
    name: 'nav-count-of-the-past',
    breaks: 'what was discarded is not counted in the navigation a minute longer',
    edits: [
      {
        file: 'dashboard/client/pages/QuarantinePage.vue',
        from: '(total) => total !== undefined && counts.quarantined(total),',
        to: '() => counts,',
      },
    ],
    tests: ['test/dashboard/client/devices-page.test.ts'],
  },
  {
    name: 'nav-counts-channels-that-work-again',
    breaks: 'a channel that works again is counted no more, acknowledged or not',
    edits: [
      {
        file: 'dashboard/client/settings/counts.ts',
        from: "rule === 'channel.failing' && returnedAt === null",
        to: "rule === 'channel.failing' && returnedAt !== 0",
      },
    ],
    tests: ['test/dashboard/client/notifications.test.ts'],
  },
  {
    name: 'journal-without-a-word-for-shifts',
    breaks: 'the journal tells in words whatever it is told',
    edits: [{ file: 'dashboard/client/i18n/zh/audit.ts', from: "shift_recorded: '交班次记录',", to: '' }],
    tests: [CATALOGUE],
  },
  {
    name: 'registry-export-ignores-its-file',
    breaks: 'an exported registry can be imported again, whatever npm and the shell write around it',
    edits: [
      {
        file: 'app/admin/registries.ts',
        from: 'if (path === undefined) return deps.out(text);',
        to: 'if (path !== null) return deps.out(text);',
      },
    ],
    tests: ['test/app/admin-registry.test.ts'],
  },
  {
    name: 'every-delta-is-news-to-every-area',
    breaks: 'a reading draws only its own area anew',
    edits: [
      {
        file: 'dashboard/client/live/area-groups.ts',
        from: 'if (old?.area === area && isSame(old.points, own) && isSame(old.alarms, its)) return old;',
        to: 'void [old, isSame];',
      },
    ],
    tests: [AREA_GROUPS],
  },
  {
    name: 'card-misses-its-alarm',
    breaks: 'an area shows an alarm that comes or goes while its points stay as they are',
    edits: [
      {
        file: 'dashboard/client/live/area-groups.ts',
        from: 'isSame(old.points, own) && isSame(old.alarms, its)) return old;',
        to: 'isSame(old.points, own)) return old;',
      },
    ],
    tests: [AREA_GROUPS],
  },
  {
    name: 'rows-open-here-whatever-is-pressed',
    breaks: 'a row opens in another tab as any link does',
    edits: [
      {
        file: 'dashboard/client/components/RowFrame.vue',
        from: 'if (metaKey || altKey || ctrlKey || shiftKey || button !== 0 || defaultPrevented) return;',
        to: 'void [metaKey, altKey, ctrlKey, shiftKey, button, defaultPrevented];',
      },
    ],
    tests: [REDRAW],
  },
  {
    name: 'cards-out-of-sight-are-not-printed',
    breaks: 'what is printed is whole',
    edits: [
      {
        file: 'dashboard/client/components/AreaCard.vue',
        from: 'content-visibility: visible;',
        to: 'content-visibility: hidden;',
      },
    ],
    tests: [REDRAW],
  },
  {
    name: 'wall-keeps-its-old-page',
    breaks: 'after an update of the server a wall loads itself anew',
    edits: [
      {
        file: 'dashboard/client/wall/use-wall-link.ts',
        from: 'entry.value.ticket.version !== answer.value.version) reloadWhenServed();',
        to: 'entry.value.ticket.version !== answer.value.version) void reloadWhenServed;',
      },
    ],
    tests: ['test/browser/wall.test.ts'],
  },
  {
    name: 'alarm-under-a-note-changes',
    breaks: 'what somebody writes about an alarm stays with it when a worse one comes',
    edits: [
      {
        file: 'dashboard/client/pages/AlarmsPage.vue',
        from: '(written.value ?? listed.value[0])',
        to: 'listed.value[0]',
      },
    ],
    tests: ['test/dashboard/client/screens.test.ts'],
  },
  {
    name: 'shift-form-forgets',
    breaks: 'a form that is loaded anew has what was filled in',
    edits: [
      {
        file: 'dashboard/client/pages/ShiftFormPage.vue',
        from: "else box.keep(place, body(), 'draft');",
        to: '',
      },
    ],
    tests: ['test/browser/history.test.ts'],
  },
];
