import { computed, ref, shallowRef } from 'vue';
import type { ChannelChange, ChannelTest, ChannelView } from '../../../contract/channel.ts';
import type { Answer, Failure } from '../call.ts';
import { failureWords } from '../forms/failure-words.ts';
import { useListing } from '../listing/use-listing.ts';
import type { Words } from '../words/use-words.ts';
import { channelName } from './channel-words.ts';
import { channelRequests } from './requests.ts';
import { moved } from './routes.ts';

/** What became of a test: under way, answered, or never made. */
export type TestState =
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly test: ChannelTest }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Health and deliveries change by themselves: asked for again so often (ms). */
const EVERY_MS = 10_000;

/** The channels of a site, and all that is done to them but what takes a form. */
export function useChannels(site: string, words: Words) {
  const { t } = words;
  const requests = channelRequests(site);
  const listing = useListing(requests.list, { everyMs: EVERY_MS });
  const channels = computed(() => listing.value.value?.channels ?? []);
  const tests = shallowRef<ReadonlyMap<number, TestState>>(new Map());
  /** What the last change came to. */
  const outcome = ref('');
  const ordering = ref(false);

  function noteTest(id: number, state: TestState): void {
    tests.value = new Map(tests.value).set(id, state);
  }

  return {
    ...listing,
    requests,
    channels,
    tests,
    outcome,
    ordering,
    async test({ id }: ChannelView): Promise<void> {
      if (tests.value.get(id)?.kind === 'sending') return;
      noteTest(id, { kind: 'sending' });
      const answer = await requests.test(id);
      noteTest(id, answer.ok ? { kind: 'answered', test: answer.value } : { kind: 'failed', failure: answer.failure });
      await listing.reload();
    },
    async move(channel: ChannelView, by: -1 | 1): Promise<void> {
      const order = moved(channels.value, channel.id, by);
      if (order === null || ordering.value) return;
      ordering.value = true;
      const answer = await requests.order({ order: [...order] });
      ordering.value = false;
      const name = channelName(channel, words);
      if (answer.ok) {
        listing.put(answer.value);
        outcome.value = t('notificationsPage.moved', { name, n: order.indexOf(channel.id) + 1 });
      } else {
        outcome.value = t('notificationsPage.orderFailed', { why: failureWords(answer.failure, words) });
        await listing.reload();
      }
    },
    async change({ id }: ChannelView, change: ChannelChange): Promise<Answer<ChannelView>> {
      const answer = await requests.change(id, change);
      await listing.reload();
      return answer;
    },
  };
}

export type Channels = ReturnType<typeof useChannels>;
