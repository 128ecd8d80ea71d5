import { ref } from 'vue';
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

/** Acknowledges, once at a time, and says in words what came of it. */
export function useAcknowledge(words: Words) {
  const pending = ref<number | null>(null);
  const outcome = ref<Outcome | null>(null);
  const note = ref('');

  async function acknowledge(alarm: AlarmView, moment: Moment): Promise<void> {
    if (pending.value !== null) return;
    pending.value = alarm.id;
    outcome.value = null;
    const written = note.value.trim();
    const answer = await api.acknowledge(alarm.id, written === '' ? {} : { note: written });
    pending.value = null;
    if (!answer.ok) {
      outcome.value = { alarm: alarm.id, text: failureText(answer.failure), failed: true };
      return;
    }
    note.value = '';
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

  return { pending, outcome, note, acknowledge, name: (alarm: AlarmView) => alarmName(alarm, words) };
}
