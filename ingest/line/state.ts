import type { DeviceEvent, EventKind } from '../../contract/event.ts';
import type { Quality, QualityReason } from '../../contract/reading.ts';
import type { QualityMemory } from '../quality/types.ts';
import type { ClockMemory } from '../quality/source-time.ts';
import type { MachineRecord, Series } from '../stores/ledger/types.ts';
import type { Watch } from './watch.ts';

export interface CurrentValue {
  readonly value: number;
  readonly quality: Exclude<Quality, 'bad'>;
  readonly reason: QualityReason | null;
  readonly sourceTime: number;
  readonly receivedAt: number;
}

/** What the line knows of one series. Moments ending in `Mono` are monotonic ms, the others ms epoch. */
export interface SeriesState {
  readonly series: Series;
  readonly memory: QualityMemory;
  /** Newest believable value. */
  readonly current: CurrentValue | null;
  /** Source time of the newest sample that `memory` holds; forgotten when our wall clock steps back. */
  readonly assessedTime: number;
  /** Receipt of the last believable sample; after a start, the start. */
  readonly believableMono: number;
  readonly goodMono: number;
  /** Receipt of the last sample of any quality; null: none since our start. */
  readonly sampleMono: number | null;
  /** Bad samples have come since the last believable one. */
  readonly bad: { readonly since: number; readonly reason: QualityReason | null } | null;
  /** Since when nothing believable is known; null while fresh. */
  readonly unknownSince: number | null;
}

/** The newest event of a kind, by the time at which it occurred. */
export type NewestEvents = Readonly<
  Partial<Record<EventKind, Pick<DeviceEvent, 'detail' | 'occurredAt' | 'receivedAt'>>>
>;

/** Why a device counts as silent: its connection broke, or it says nothing. */
export type SilenceCause = 'lost' | 'silence';

export interface DeviceState {
  readonly site: string;
  readonly device: string;
  /** The connection that stands now; null: none known. */
  readonly connection: number | null;
  readonly orderly: boolean;
  readonly silent: SilenceCause | null;
  /** Since when its presence is what it is (ms epoch). */
  readonly since: number | null;
  /** Newest message (ms epoch), and on the monotonic clock; after a start, the start. Null: never. */
  readonly messageAt: number | null;
  readonly messageMono: number | null;
  /** Something came since our start. */
  readonly heard: boolean;
  /** Monotonic ms at which it was heard again after a silence; its points' own silence counts from then. */
  readonly backMono: number | null;
  readonly clockOffset: number | null;
  readonly clockWrong: boolean;
  /** ms by which its clock is ahead, as learned for keys of its values and `events`; outlives a restart. */
  readonly learnedOffsets: Readonly<Record<string, number>>;
  readonly battery: number | null;
  /** Monotonic ms at which two clients were last told to fight over its identity; null: not since our start. */
  readonly conflictMono: number | null;
  readonly events: NewestEvents;
  readonly lastSuccessAt: number | null;
  /** Punches that succeeded in the local day that starts at `day`. */
  readonly punches: { readonly day: number; readonly count: number };
}

/** A machine, with its rule as last resolved, so that a tick can drive it. */
export interface RunningMachine {
  readonly record: MachineRecord;
  readonly watch: Watch;
  /** Monotonic ms at which a tick changes something; null: none will. */
  readonly due: number | null;
}

export type ClockState = ClockMemory;
