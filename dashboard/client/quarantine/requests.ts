import { QuarantineItems, QuarantineList, type QuarantineSelection, RetryAnswer } from '../../../contract/devices.ts';
import { Anything, call } from '../call.ts';

/** What can be asked of the quarantine of one site. */
export function quarantineRequests(site: string) {
  const all = `/api/sites/${encodeURIComponent(site)}/quarantine`;
  return {
    list: () => call(all, { answer: QuarantineList }),
    items: ({ device, code, topic }: QuarantineSelection) =>
      call(`${all}/items?${new URLSearchParams({ device, code, topic }).toString()}`, { answer: QuarantineItems }),
    retry: (body: QuarantineSelection) => call(`${all}/retry`, { method: 'POST', body, answer: RetryAnswer }),
    discard: (body: QuarantineSelection) => call(`${all}/discard`, { method: 'POST', body, answer: Anything }),
  };
}
