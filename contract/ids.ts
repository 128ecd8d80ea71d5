import { Type, type Static } from 'typebox';

/** Ids of sites, areas, points, devices and channels: lower case, digits, `_` and `-`, at most 63 characters. */
export const ID_PATTERN = '^[a-z0-9][a-z0-9_-]{0,62}$';
export const Id = Type.String({ pattern: ID_PATTERN });

/** A text shown to people in both languages. */
export const LocalText = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 200 }), en: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
export type LocalText = Static<typeof LocalText>;

/** Milliseconds since 1970-01-01T00:00Z. */
export const EpochMs = Type.Number({ minimum: 0, maximum: 8_640_000_000_000_000 });
