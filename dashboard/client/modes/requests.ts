import { HandMode, type ModeBody } from '../../../contract/modes.ts';
import { Anything, call } from '../call.ts';

const path = (site: string, area: string) =>
  `/api/sites/${encodeURIComponent(site)}/areas/${encodeURIComponent(area)}/mode`;

/** The mode of an area by hand. */
export const modeRequests = {
  set: (site: string, area: string, body: ModeBody) =>
    call(path(site, area), { method: 'PUT', body, answer: HandMode }),
  end: (site: string, area: string) => call(path(site, area), { method: 'DELETE', answer: Anything }),
};
