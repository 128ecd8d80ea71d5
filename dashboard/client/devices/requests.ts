import { type BindBody, BindPreview, RefusalList, UnboundList } from '../../../contract/devices.ts';
import { Anything, call } from '../call.ts';

/** What can be asked about the devices of one site that do not appear, or not in full. */
export function deviceRequests(site: string) {
  const of = `/api/sites/${encodeURIComponent(site)}`;
  return {
    refusals: () => call(`${of}/refusals`, { answer: RefusalList }),
    unbound: () => call(`${of}/unbound`, { answer: UnboundList }),
    preview: (body: BindBody) => call(`${of}/bindings/preview`, { method: 'POST', body, answer: BindPreview }),
    bind: (body: BindBody) => call(`${of}/bindings`, { method: 'POST', body, answer: Anything }),
  };
}
