import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** What of the first edition was another; all else of it stands as it does now. */
const Rows = Type.Object({ water: nullable(Type.Object({})), room: nullable(Type.Object({})) });
const First = Type.Object({
  edition: Type.Optional(Type.Undefined()),
  days: Type.Array(Type.Object({ shifts: Type.Array(Rows) })),
  totals: Type.Array(Rows),
  alarms: Type.Array(Type.Object({ acknowledged: nullable(Type.Object({})) })),
});
const first = Compile(First);

/** A register of an older edition with what is told now: nothing is known of it. Anything else as it is. */
export function extended(found: unknown): unknown {
  if (!first.Check(found)) return found;
  const cell = (one: object | null) => (one === null ? null : { ...one, excursions: null });
  const rows = (one: Static<typeof Rows>) => ({
    ...one,
    ...{ water: cell(one.water), room: cell(one.room), exhaust: null },
  });
  return {
    ...found,
    ...{ edition: 1, fans: [], moreGaps: [] },
    days: found.days.map((day) => ({ ...day, shifts: day.shifts.map(rows) })),
    totals: found.totals.map(rows),
    alarms: found.alarms.map((alarm) => ({
      ...alarm,
      ...{ what: null, metric: null },
      acknowledged: alarm.acknowledged === null ? null : { ...alarm.acknowledged, at: null },
    })),
  };
}
