import { computed, nextTick, ref, shallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { type Sheet, subjectOf } from '../../../contract/sheet.ts';
import { statusOf, type Failure } from '../call.ts';
import { useWords } from '../words/use-words.ts';
import { notePrint, notePrints, readSheet, readSheets, readVersion, sheetFile, sheetsFile } from './sheet-requests.ts';

/** A browser tells nobody when it has taken a file: by then (ms) the version is kept, and the page says so. */
const TAKEN = 2_000;

/** The register of one month and area as the address names it: read, printed and taken as a file. */
export function useMonthSheet(place: { readonly site: string; readonly area: string }, thisMonth: () => string) {
  const { t, language } = useWords();
  const route = useRoute();
  const router = useRouter();
  const go = (query: Record<string, string | undefined>) =>
    void router.replace({ query: { ...route.query, ...query } });

  const month = computed({
    get: () => (/^\d{4}-\d\d$/.test(String(route.query['month'])) ? String(route.query['month']) : thisMonth()),
    set: (value: string) => go({ month: value, version: undefined }),
  });
  /** Of the address, as the version is: a link shows the same register. */
  const point = computed({
    get: () => String(route.query['point'] ?? ''),
    set: (id: string) => go({ point: id, version: undefined }),
  });
  /** A version as it was kept; null: what the register says now. */
  const old = computed(() => {
    const asked = Number(route.query['version'] ?? NaN);
    return Number.isInteger(asked) && asked > 0 && point.value !== '' ? asked : null;
  });
  /** Papers and files hold all registers of the area. */
  const whole = computed({
    get: () => route.query['points'] === 'all' && old.value === null,
    set: (all: boolean) => go({ points: all ? 'all' : undefined, version: undefined }),
  });

  /** What is looked at. */
  const sheet = shallowRef<Sheet | null>(null);
  /** What is printed: the same, or all of the area. */
  const papers = shallowRef<readonly Sheet[]>([]);
  const failure = shallowRef<Failure | null>(null);
  const loading = ref(false);
  const printing = ref(false);
  const trouble = ref('');
  let newest = 0;

  const choice = computed(() => ({
    ...{ site: place.site, area: place.area, month: month.value },
    point: point.value === '' ? undefined : point.value,
  }));
  const isShown = (one: Sheet) => point.value === '' || subjectOf(one)?.id === point.value;

  function show(sheets: readonly Sheet[]): void {
    sheet.value = sheets.find(isShown) ?? sheets[0] ?? null;
    papers.value = sheets.filter((one) => subjectOf(one) !== null);
  }

  function ask() {
    if (old.value !== null) return readVersion(choice.value, old.value);
    return whole.value ? readSheets(choice.value) : readSheet(choice.value);
  }

  async function load(): Promise<void> {
    const mine = ++newest;
    const version = old.value;
    loading.value = true;
    const answer = await ask();
    if (mine !== newest) return;
    loading.value = false;
    const isGone = version !== null && !answer.ok && statusOf(answer.failure) === 404;
    trouble.value = isGone ? t('sheetPage.version.noSuch') : '';
    failure.value = answer.ok || isGone ? null : answer.failure;
    show(!answer.ok ? [] : 'sheets' in answer.value ? answer.value.sheets : [answer.value]);
  }

  /** First it is noted which versions these papers are: then they can say so. */
  async function print(): Promise<void> {
    const [first] = papers.value;
    if (first === undefined) return;
    printing.value = true;
    const answer = await (whole.value
      ? notePrints(choice.value, papers.value)
      : notePrint(choice.value, first.checksum));
    printing.value = false;
    if (!answer.ok) {
      const isOld = statusOf(answer.failure) === 409;
      const text = t(isOld ? 'sheetPage.version.changedMeanwhile' : 'sheetPage.version.notNoted');
      if (isOld) await load();
      trouble.value = text;
      return;
    }
    trouble.value = '';
    show('sheets' in answer.value ? answer.value.sheets : [answer.value]);
    await nextTick();
    // Set in another font it may take another page.
    await document.fonts.ready;
    window.print();
  }

  return {
    ...{ month, point, old, whole, sheet, papers, failure, loading, printing, trouble, load, print },
    asked: computed(() => [choice.value, old.value, whole.value] as const),
    file(format: 'csv' | 'xlsx'): string {
      const of = language.value === 'en' ? 'en' : 'zh';
      return whole.value ? sheetsFile(choice.value, format, of) : sheetFile(choice.value, format, of);
    },
    taken: () => void setTimeout(() => void load(), TAKEN),
  };
}
