import { WallAnswer, type WallLinkBody, WallLinkCreated, WallLinkList } from '../../../contract/access.ts';
import { Anything, call } from '../call.ts';

const walls = (site: string) => `/api/sites/${encodeURIComponent(site)}/walls`;

export const wallRequests = {
  list: (site: string) => call(walls(site), { answer: WallLinkList }),
  create: (site: string, body: WallLinkBody) => call(walls(site), { method: 'POST', body, answer: WallLinkCreated }),
  revoke: (site: string, id: number) => call(`${walls(site)}/${id}`, { method: 'DELETE', answer: Anything }),
  enter: (token: string, signal: AbortSignal) =>
    call('/api/wall', { method: 'POST', body: { token }, answer: WallAnswer, signal }),
};
