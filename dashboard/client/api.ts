import { Type } from 'typebox';
import { AcknowledgeResult } from '../../contract/alarm.ts';
import {
  type AcknowledgeBody,
  JournalEntry,
  type LinkBody,
  OpenHour,
  SessionView,
  type SetupBody,
  type SignInBody,
  SiteSummary,
} from '../../contract/api.ts';
import { Anything, call } from './call.ts';

export const api = {
  session: () => call('/api/session', { answer: SessionView }),
  signIn: (body: SignInBody) => call('/api/session', { method: 'POST', body, answer: Anything }),
  signOut: () => call('/api/session', { method: 'DELETE', answer: Anything }),
  setup: (body: SetupBody) => call('/api/setup', { method: 'POST', body, answer: Anything }),
  enter: (body: LinkBody) => call('/api/link', { method: 'POST', body, answer: Anything }),
  sites: () => call('/api/sites', { answer: Type.Array(SiteSummary) }),
  acknowledge: (alarm: number, body: AcknowledgeBody) =>
    call(`/api/alarms/${alarm}/acknowledge`, { method: 'POST', body, answer: AcknowledgeResult }),
  journal: (alarm: number) => call(`/api/alarms/${alarm}/journal`, { answer: Type.Array(JournalEntry) }),
  openHour: (site: string, point: string) =>
    call(`/api/sites/${encodeURIComponent(site)}/points/${encodeURIComponent(point)}/hour`, {
      answer: Type.Array(OpenHour),
    }),
};
