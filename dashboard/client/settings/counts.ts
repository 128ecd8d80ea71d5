import { computed, inject, type InjectionKey, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';
import type { AlarmView } from '../../../contract/alarm.ts';
import { quarantineRequests } from '../quarantine/requests.ts';
import type { Session } from '../session.ts';

/** ms between questions for what no page is told of by itself. */
const EVERY_MS = 60_000;
/** More are not counted out: they would push the page's name aside. */
const MOST = 999;

export interface SettingCounts {
  /** What waits for somebody on a page that sets something up, by the page's route; empty: nothing. */
  text(page: string): string;
  /** Somebody has just seen how many entries the quarantine holds. */
  quarantined(total: number): void;
}

export interface SettingCountsOptions {
  readonly alarms: Readonly<Ref<readonly AlarmView[] | null>>;
  readonly session: Pick<Session, 'may'>;
}

/** For the page of a site: failing channels are alarms already, the quarantine is asked for by those who may see it. */
export function useSettingCounts(site: string, { alarms, session }: SettingCountsOptions): SettingCounts {
  const quarantine = ref(0);
  const failing = computed(
    () => alarms.value?.filter(({ rule, returnedAt }) => rule === 'channel.failing' && returnedAt === null).length ?? 0,
  );
  const counts: Readonly<Record<string, Readonly<Ref<number>>>> = { quarantine, notifications: failing };
  const { list } = quarantineRequests(site);

  async function ask(): Promise<void> {
    if (document.hidden || !session.may('operator')) return;
    const answer = await list();
    if (answer.ok) quarantine.value = answer.value.total;
  }
  let timer: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    void ask();
    timer = setInterval(() => void ask(), EVERY_MS);
  });
  onBeforeUnmount(() => clearInterval(timer));

  return {
    text(page) {
      const count = counts[page]?.value ?? 0;
      if (count > MOST) return `${MOST}+`;
      return count === 0 ? '' : String(count);
    },
    quarantined: (total) => void (quarantine.value = total),
  };
}

export const SETTING_COUNTS: InjectionKey<SettingCounts> = Symbol('setting counts');

/** Of the site's page; outside of one nothing is counted. */
export function useCounts(): SettingCounts {
  return inject(SETTING_COUNTS, { text: () => '', quarantined: () => {} });
}
