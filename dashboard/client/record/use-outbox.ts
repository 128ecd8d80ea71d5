import { onBeforeUnmount, onMounted, shallowRef } from 'vue';
import type { ShiftRecord, ShiftRecordBody } from '../../../contract/record.ts';
import { type Answer, statusOf } from '../call.ts';
import { formKey, outbox, type Kept } from './outbox.ts';
import { recordRequests } from './requests.ts';

/** Without an answer it is tried again so often (ms). */
const AGAIN = 15_000;

export interface Place {
  readonly site: string;
  readonly area: string;
}

/** What this phone keeps of one site's forms; what waits is handed in when there is a connection again. */
export function useOutbox(site: string, onHandedIn: (record: ShiftRecord, key: string) => void = () => {}) {
  const box = outbox(localStorage, Date.now);
  const kept = shallowRef<readonly Kept[]>([]);
  let sending = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  const look = () => (kept.value = box.all().filter((one) => one.site === site));

  /** Handed in, refused, or kept on this phone: which of them, the answer tells. */
  async function send(one: Kept): Promise<Answer<ShiftRecord>> {
    const answer = await recordRequests(one.site, one.area).handIn(one.body);
    if (answer.ok) {
      box.drop(one.body.key);
      onHandedIn(answer.value, one.body.key);
    } else if (isFinal(statusOf(answer.failure))) {
      const why =
        answer.failure.kind === 'problem'
          ? (answer.failure.problem.errors?.[0]?.message ?? answer.failure.problem.title)
          : '';
      // What the server will never take is a draft again; under its own key it stays the same record.
      box.keep({ ...one, state: 'draft', refused: why });
    }
    look();
    return answer;
  }

  async function sendWaiting(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      for (const one of look()) {
        if (one.state !== 'waiting') continue;
        const answer = await send(one);
        // Nobody answers: the others can wait as well.
        if (!answer.ok && statusOf(answer.failure) === 0) break;
      }
    } finally {
      sending = false;
    }
  }

  const wake = () => void sendWaiting();
  onMounted(() => {
    wake();
    window.addEventListener('online', wake);
    timer = setInterval(wake, AGAIN);
  });
  onBeforeUnmount(() => {
    window.removeEventListener('online', wake);
    clearInterval(timer);
  });

  return {
    kept,
    find: (place: Place, shift: ShiftRecordBody['shift']) => box.find(place, shift),
    /** False: this browser keeps nothing. */
    keep(place: Place, body: ShiftRecordBody, state: Kept['state']): boolean {
      const done = box.keep({ ...place, body, at: Date.now(), state, refused: null });
      look();
      return done;
    },
    drop(key: string): void {
      box.drop(key);
      look();
    },
    send: (place: Place, body: ShiftRecordBody) =>
      send({ ...place, body, at: Date.now(), state: 'waiting', refused: null }),
    newKey: formKey,
  };
}

/** The server has understood, and says no. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}
