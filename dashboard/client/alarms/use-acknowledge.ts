import { computed, reactive, ref } from 'vue';
import type { AlarmView } from '../../../contract/alarm.ts';
import { api } from '../api.ts';
import { type Failure, statusOf } from '../call.ts';
import { momentTime } from '../format/time.ts';
import { alarmName, type Moment } from '../words/alarm-words.ts';
import type { Words } from '../words/use-words.ts';

export interface Outcome {
  readonly alarm: number;
  readonly text: string;
  readonly failed: boolean;
}

/** ms: the second click of a double click, which meets the alarm that comes next. */
const DOUBLE = 700;

/** Acknowledges, once at a time, and says in words what came of it. */
export function useAcknowledge(words: Words) {
  const pending = ref<number | null>(null);
  const outcome = ref<Outcome | null>(null);
  /** By alarm: what was written about one is never sent with another. */
  const notes = reactive(new Map<number, string>());
  /** Which one somebody writes about: it stays in their hands when a worse one comes. */
  const writing = ref<number | null>(null);
  let doneAt = -Infinity;

  async function acknowledge(alarm: AlarmView, moment: Moment): Promise<void> {
    if (pending.value !== null || performance.now() - doneAt < DOUBLE) return;
    pending.value = alarm.id;
    outcome.value = null;
    const written = notes.get(alarm.id)?.trim() ?? '';
    const answer = await api.acknowledge(alarm.id, written === '' ? {} : { note: written });
    pending.value = null;
    if (!answer.ok) {
      outcome.value = { alarm: alarm.id, text: failureText(answer.failure), failed: true };
      return;
    }
    doneAt = performance.now();
    notes.delete(alarm.id);
    writing.value = null;
    const { outcome: what, alarm: after } = answer.value;
    outcome.value = {
      alarm: alarm.id,
      text: what === 'already' ? alreadyText(after, moment) : doneText(after),
      failed: false,
    };
  }

  function doneText(alarm: AlarmView): string {
    return words.t('alarm.done', { place: words.local(alarm.place), title: words.local(alarm.title) });
  }

  function alreadyText({ acknowledged }: AlarmView, moment: Moment): string {
    if (acknowledged === null) return words.t('alarm.alreadyUnknown');
    return words.t('alarm.already', { post: acknowledged.post, moment: momentTime(acknowledged.at, moment) });
  }

  function failureText(failure: Failure): string {
    const status = statusOf(failure);
    if (status === 503) return words.t('alarm.notStored');
    if (status === 404) return words.t('alarm.gone');
    const why =
      status === 403
        ? words.t('problem.forbidden')
        : failure.kind === 'unreachable'
          ? words.t('problem.unreachable')
          : words.t('problem.unexpected', { status });
    return words.t('alarm.failed', { why });
  }

  /** What is written about the alarm that a form shows. */
  const noteOf = (alarm: () => AlarmView) =>
    computed({
      get: () => notes.get(alarm().id) ?? '',
      set: (text) => void notes.set(alarm().id, text),
    });

  return {
    pending,
    outcome,
    noteOf,
    writing,
    acknowledge,
    name: (alarm: AlarmView) => alarmName(alarm, words),
  };
}
