import {
  type ChannelBody,
  type ChannelChange,
  ChannelList,
  type ChannelOrderBody,
  ChannelTest,
  ChannelView,
} from '../../../contract/channel.ts';
import { Anything, call } from '../call.ts';

/** What can be asked of the channels of one site. */
export function channelRequests(site: string) {
  const all = `/api/sites/${encodeURIComponent(site)}/channels`;
  return {
    list: () => call(all, { answer: ChannelList }),
    add: (body: ChannelBody) => call(all, { method: 'POST', body, answer: ChannelView }),
    change: (id: number, body: ChannelChange) => call(`${all}/${id}`, { method: 'PATCH', body, answer: ChannelView }),
    remove: (id: number) => call(`${all}/${id}`, { method: 'DELETE', answer: Anything }),
    order: (body: ChannelOrderBody) => call(`${all}/order`, { method: 'PUT', body, answer: ChannelList }),
    test: (id: number) => call(`${all}/${id}/test`, { method: 'POST', answer: ChannelTest }),
  };
}
