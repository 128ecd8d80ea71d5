import type { AlarmResponse, AlarmState, AlarmView } from '../../contract/alarm.ts';
import type { LocalText } from '../../contract/ids.ts';
import type { SiteModel } from '../line/model.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { placeName } from './place-name.ts';

const GONE: AlarmResponse = {
  withinMinutes: 0,
  steps: [],
  cause: { zh: '规则已从登记中删除', en: 'The rule was removed from the registry' },
  consequence: { zh: '无', en: 'None' },
};

/** An alarm as screens show it: the record, with the words of the registry and the catalogue. */
export function alarmView(model: SiteModel, record: AlarmRecord, { stored }: { stored: boolean }): AlarmView {
  const { title, response } = wordsOf(model, record);
  return {
    id: record.id,
    site: record.site,
    rule: record.rule,
    side: record.side,
    subject: record.subject,
    area: record.subject.kind === 'point' ? (model.points.get(record.subject.id)?.area.id ?? null) : null,
    metric: record.metric,
    priority: record.priority,
    state: stateOf(record),
    place: placeOf(model, record),
    title,
    raisedAt: record.raisedAt,
    returnedAt: record.returnedAt,
    acknowledged: record.acknowledged,
    value: record.value,
    worst: record.worst,
    limit: record.limit,
    unknown: record.unknown,
    late: record.late,
    gathers: [...record.gathers],
    ...(record.detail == null ? {} : { detail: record.detail }),
    stored,
    response,
  };
}

export function stateOf(record: AlarmRecord): AlarmState {
  if (record.closedAt !== null) return 'normal';
  if (record.returnedAt !== null) return 'returned_unacknowledged';
  return record.acknowledged === null ? 'unacknowledged' : 'acknowledged';
}

function wordsOf(
  model: SiteModel,
  { rule, side, metric, subject }: AlarmRecord,
): { title: LocalText; response: AlarmResponse } {
  const limit = model.points
    .get(subject.id)
    ?.limits.find((one) => one.standard === rule && one.side === side && one.metric === metric);
  if (limit !== undefined) return limit;
  if (model.hasRule(rule)) return model.rule(rule, subject.kind === 'point' ? subject.id : undefined);
  return { title: { zh: rule, en: rule }, response: GONE };
}

function placeOf(model: SiteModel, { subject }: AlarmRecord): LocalText {
  const point = subject.kind === 'point' ? model.points.get(subject.id) : undefined;
  if (point !== undefined) {
    const { area, spec } = point;
    return placeName(area.name, spec.name);
  }
  if (subject.kind === 'site') return model.registry.name;
  if (subject.kind === 'channel') return model.channels.get(subject.id) ?? { zh: subject.id, en: subject.id };
  return model.devices.get(subject.id)?.spec.name ?? { zh: subject.id, en: subject.id };
}
