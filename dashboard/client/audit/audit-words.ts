import type { AuditEntry } from '../../../contract/access.ts';
import { UserRole } from '../../../contract/account.ts';
import { AreaMode } from '../../../contract/registry.ts';
import { ChannelBody, ChannelKind } from '../../../contract/channel.ts';
import { ExportRows } from '../../../contract/history.ts';
import type { LocalText } from '../../../contract/ids.ts';
import { formatNumber } from '../format/number.ts';
import { clockTime, localDate } from '../format/time.ts';
import type { Words } from '../words/use-words.ts';

/** What the page's own site calls its things, and in which zone it lives. */
export interface AuditPlace {
  readonly zone: string;
  device(id: string): LocalText | undefined;
  point(id: string): LocalText | undefined;
  area(id: string): LocalText | undefined;
}

const TIMES = new Set(['time', 'downSince', 'from', 'to']);

type Detail = AuditEntry['detail'][string];

/** What happened, in words; null for a kind that this page does not know yet. */
export function kindText(kind: string, { t, te }: Words): string | null {
  const key = `auditPage.kind.${kind.replaceAll('.', '_')}`;
  return te(key) ? t(key) : null;
}

/** Who did it: a user name, a program's token, the command line, or the system itself. */
export function actorText(actor: string | null, { t }: Words): string {
  if (actor === null) return t('auditPage.system');
  if (actor === 'admin command' || actor === 'admin') return t('auditPage.commandLine');
  return actor.startsWith('token:') ? t('auditPage.token', { name: actor.slice('token:'.length) }) : actor;
}

/** The details as one line each: `角色 值班员`; what holds no more than its name is named alone, what is not so is left out. */
export function detailTexts(entry: AuditEntry, place: AuditPlace, words: Words): readonly string[] {
  const { t, te } = words;
  return Object.entries(entry.detail).flatMap(([name, value]) => {
    if (name === 'username' && value === null) return [t('auditPage.label.unknownUser')];
    if (value === null || value === false || value === '') return [];
    const key = `auditPage.label.${name}`;
    const label = te(key) ? t(key) : name;
    if (value === true) return [label];
    return [t('auditPage.detail', { label, value: valueText(name, value, place, words) })];
  });
}

function valueText(name: string, value: Exclude<Detail, null>, place: AuditPlace, words: Words): string {
  const { t, local, metricName, duration, language } = words;
  if (typeof value === 'number') {
    if (TIMES.has(name)) return `${localDate(value, place.zone)} ${clockTime(value, place.zone)}`;
    if (name === 'ms' || name === 'downMs') return `${value < 0 ? '−' : ''}${duration(Math.abs(value))}`;
    const decimals = Number.isInteger(value) ? 0 : 2;
    return name === 'channel' ? String(value) : formatNumber(value, { language: language.value, decimals });
  }
  const text = String(value);
  switch (name) {
    case 'role':
    case 'roleBefore':
      return UserRole.enum.some((role) => role === text) ? t(`role.${text}`) : text;
    case 'kind':
      return ChannelKind.enum.some((kind) => kind === text) ? t(`notificationsPage.kind.${text}`) : text;
    case 'mode':
    case 'modeBefore':
      return AreaMode.enum.some((mode) => mode === text) ? t(`mode.${text}`) : text;
    case 'metric':
      return metricName(text);
    case 'device':
      return named(place.device(text), text, local);
    case 'point':
      return named(place.point(text), text, local);
    case 'area':
      return named(place.area(text), text, local);
    case 'rows':
      return ExportRows.enum.some((rows) => rows === text) ? t(`history.rows.${text}`) : text;
    case 'series':
      return text
        .split(',')
        .map((series) => {
          const [point = '', metric = ''] = series.split('/');
          return `${named(place.point(point), point, local)} ${metricName(metric)}`;
        })
        .join(t('list'));
    case 'fields':
      return text
        .split(', ')
        .map((field) => (field in ChannelBody.properties ? t(`notificationsPage.form.${field}`) : field))
        .join(t('list'));
    default:
      return text;
  }
}

function named(name: LocalText | undefined, id: string, local: Words['local']): string {
  return name === undefined ? id : `${local(name)} (${id})`;
}
