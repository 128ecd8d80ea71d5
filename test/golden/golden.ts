import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { EventDetail } from '../../contract/event.ts';
import { TOPIC_LEAVES, type TopicLeaf } from '../../contract/topics.ts';

const Claimed = Type.Union([Type.Number(), Type.Null()]);
const strict = { additionalProperties: false };

const Expected = Type.Object(
  {
    leaf: Type.Enum([...TOPIC_LEAVES] as [TopicLeaf, ...TopicLeaf[]]),
    retain: Type.Optional(Type.Boolean()),
    readings: Type.Optional(
      Type.Array(Type.Object({ claimed: Claimed, key: Type.String(), value: Type.Number() }, strict)),
    ),
    events: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), claimed: Claimed, detail: EventDetail }, strict)),
    ),
    status: Type.Optional(Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Null()])),
    cleared: Type.Optional(Type.Boolean()),
    rejected: Type.Array(Type.Object({ code: Type.String(), path: Type.String() }, strict)),
  },
  strict,
);

export interface Golden extends Static<typeof Expected> {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** Every payload with what has to become of it; see README.md beside this file. */
export function readGolden(): readonly Golden[] {
  const table: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'expected.json'), 'utf8'));
  const expected = Value.Parse(Type.Record(Type.String(), Expected), table);
  return Object.entries(expected).map(([name, one]) => ({
    ...one,
    name,
    payload: new Uint8Array(readFileSync(join(import.meta.dirname, 'payloads', `${name}.payload`))),
  }));
}
