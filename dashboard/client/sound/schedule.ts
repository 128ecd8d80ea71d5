import type { AlarmView } from '../../../contract/alarm.ts';
import { needsAcknowledge } from '../alarms/order.ts';

export type Signal = 'critical' | 'high' | 'medium';

export const MUTE_MS = 600_000;
const REPEAT_MS: Record<'critical' | 'high', number> = { critical: 5_000, high: 15_000 };

export interface SoundMemory {
  /** Alarms that this screen has met, so that a new one is told from a standing one. */
  readonly known: ReadonlySet<number>;
  readonly playedAt: number | null;
  readonly played: Signal | null;
  readonly mutedUntil: number | null;
}

export const QUIET: SoundMemory = { known: new Set(), playedAt: null, played: null, mutedUntil: null };

export interface SoundStep {
  readonly memory: SoundMemory;
  readonly play: Signal | null;
}

/**
 * What sounds now (ms of any steady clock). Critical: every 5 s until acknowledged; high: every 15 s; medium: once;
 * low: never. A new critical alarm breaks a mute.
 */
export function soundStep(memory: SoundMemory, alarms: readonly AlarmView[], now: number): SoundStep {
  const waiting = alarms.filter(needsAcknowledge);
  const fresh = waiting.filter((alarm) => !memory.known.has(alarm.id));
  const known = new Set(alarms.map((alarm) => alarm.id));
  const broken = fresh.some((alarm) => alarm.priority === 1);
  const muted = memory.mutedUntil !== null && now < memory.mutedUntil && !broken;
  const next = { ...memory, known, mutedUntil: muted ? memory.mutedUntil : null };
  if (muted) return { memory: next, play: null };

  const signal = signalFor(waiting, fresh, memory, now);
  return signal === null
    ? { memory: next, play: null }
    : { memory: { ...next, playedAt: now, played: signal }, play: signal };
}

function signalFor(
  waiting: readonly AlarmView[],
  fresh: readonly AlarmView[],
  memory: SoundMemory,
  now: number,
): Signal | null {
  const loudest = waiting.some((alarm) => alarm.priority === 1)
    ? 'critical'
    : waiting.some((alarm) => alarm.priority === 2)
      ? 'high'
      : null;
  const isNew = (priority: number) => fresh.some((alarm) => alarm.priority === priority);
  if (loudest === null) return isNew(3) ? 'medium' : null;
  const due = memory.playedAt === null || memory.played !== loudest || now - memory.playedAt >= REPEAT_MS[loudest];
  return due || isNew(loudest === 'critical' ? 1 : 2) ? loudest : null;
}

export function mute(memory: SoundMemory, now: number): SoundMemory {
  return { ...memory, mutedUntil: now + MUTE_MS };
}

export function unmute(memory: SoundMemory): SoundMemory {
  return { ...memory, mutedUntil: null };
}
