import { CourseAnswer, HistoryAnswer } from '../../../contract/history.ts';
import { call } from '../call.ts';
import type { View } from './view.ts';

export interface SeriesName {
  readonly point: string;
  readonly metric: string;
}

const listOf = (series: readonly SeriesName[]) => series.map(({ point, metric }) => `${point}/${metric}`).join(',');

export function historyRequests(site: string) {
  const base = `/api/sites/${encodeURIComponent(site)}`;
  const query = ({ from, to }: View, more: Readonly<Record<string, string>>) =>
    new URLSearchParams({ from: String(Math.round(from)), to: String(Math.round(to)), ...more }).toString();
  return {
    chart: (series: readonly SeriesName[], view: View, pixels: number, signal: AbortSignal) =>
      call(`${base}/history?${query(view, { series: listOf(series), pixels: String(pixels) })}`, {
        answer: HistoryAnswer,
        signal,
      }),
    course: ({ point, metric }: SeriesName, view: View, signal: AbortSignal) =>
      call(`${base}/points/${encodeURIComponent(point)}/course?${query(view, { metric })}`, {
        answer: CourseAnswer,
        signal,
      }),
    /** Address of the range as a file. */
    csv(
      series: readonly SeriesName[],
      view: View,
      { language, level }: { language: string; level: HistoryAnswer['level'] },
    ) {
      const rows = level === 'raw' ? 'readings' : level;
      const lang = language.startsWith('zh') ? 'zh' : 'en';
      return `${base}/history.csv?${query(view, { series: listOf(series), rows, lang })}`;
    },
  };
}
