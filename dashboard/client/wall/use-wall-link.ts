import { onBeforeUnmount, shallowRef } from 'vue';
import type { WallAnswer } from '../../../contract/access.ts';
import { reloadWhenServed } from './reload.ts';
import { wallRequests } from './requests.ts';

export type WallTicket = Extract<WallAnswer, { state: 'valid' }>;
export type WallEnd = Exclude<WallAnswer['state'], 'valid'>;

export type WallEntry =
  | { readonly kind: 'asking' | 'unreachable' | 'missing' }
  | { readonly kind: 'open'; readonly ticket: WallTicket }
  | { readonly kind: 'ended'; readonly end: WallEnd };

/** Waits between attempts, ms; the last for ever. With an answer that never comes they stay below 10 s. */
const RETRY_MS = [500, 1_000, 2_000, 3_000] as const;
const TIMEOUT_MS = 4_000;
/** A link that ended may come back with a restored backup. */
const ENDED_RETRY_MS = 60_000;

/** Shows the token of the address to the server, for as long as it takes, and again whenever the line was down. */
export function useWallLink(token: string) {
  const entry = shallowRef<WallEntry>({ kind: token === '' ? 'missing' : 'asking' });
  let asking: Promise<boolean> | null = null;
  let failures = 0;
  let closed = false;
  const isClosed = () => closed;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** False: the link has ended. Without an answer what was shown stands. */
  function ask(): Promise<boolean> {
    asking ??= answered().finally(() => (asking = null));
    return asking;
  }

  async function answered(): Promise<boolean> {
    const answer = await wallRequests.enter(token, AbortSignal.timeout(TIMEOUT_MS));
    if (isClosed()) return true;
    if (!answer.ok) {
      const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0;
      failures += 1;
      if (entry.value.kind !== 'open') {
        if (entry.value.kind === 'asking') entry.value = { kind: 'unreachable' };
        later(wait);
      }
      return true;
    }
    failures = 0;
    if (answer.value.state !== 'valid') {
      entry.value = { kind: 'ended', end: answer.value.state };
      later(ENDED_RETRY_MS);
      return false;
    }
    if (entry.value.kind === 'open' && entry.value.ticket.version !== answer.value.version) reloadWhenServed();
    entry.value = { kind: 'open', ticket: answer.value };
    return true;
  }

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), ms);
  }

  if (token !== '') void ask();
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(timer);
  });
  return { entry, ask };
}
