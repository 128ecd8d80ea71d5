import { Type, type Static } from 'typebox';
import { Post } from './account.ts';
import { EpochMs } from './ids.ts';
import { AreaMode } from './registry.ts';

const strict = { additionalProperties: false };

/** Longest time for which a mode is set by hand, ms: 92 days. */
export const LONGEST_MODE = 92 * 86_400_000;

/** `PUT …/mode`: from now on, until a stated time at most 92 days away. The reason is kept without blanks around it. */
export const ModeBody = Type.Object(
  {
    mode: AreaMode,
    reason: Type.String({ minLength: 1, maxLength: 200 }),
    /** ms epoch */
    until: EpochMs,
  },
  strict,
);
export type ModeBody = Static<typeof ModeBody>;

/** A mode that somebody set by hand; `post`: the duty post that set it, never a person's name. */
export const HandMode = Type.Object({
  mode: AreaMode,
  /** Typed by people: escape it. Empty where it is shown to whoever passes by. */
  reason: Type.String(),
  since: EpochMs,
  /** When it ends, or ended if that was before. */
  until: EpochMs,
  post: Post,
});
export type HandMode = Static<typeof HandMode>;
