import type { Priority } from '../../../contract/alarm.ts';
import { ChannelBody, type ChannelChange, type ChannelKind, type ChannelView } from '../../../contract/channel.ts';
import { wrongFields } from '../forms/field-errors.ts';

/** What a form holds: address and secret empty where they stay as they are. */
export interface ChannelDraft {
  kind: ChannelKind;
  name: string;
  address: string;
  secret: string;
  /** Takes the signature away. */
  unsign: boolean;
  priority: Priority | null;
  areas: 'all' | 'some';
  chosenAreas: string[];
  language: ChannelBody['language'];
  enabled: boolean;
}

/** A field that is not right; `secret_needed` and `secret_anew` say more of the secret. */
export type DraftFault = keyof typeof ChannelBody.properties | 'secret_needed' | 'secret_anew';

export type Drafted<T> = { readonly body: T } | { readonly faults: readonly DraftFault[] };

export function draftOf(channel: ChannelView | null, language: ChannelBody['language']): ChannelDraft {
  return {
    kind: channel?.kind ?? 'wecom',
    name: channel?.name ?? '',
    address: '',
    secret: '',
    unsign: false,
    priority: channel === null ? 2 : channel.priority,
    areas: channel === null || channel.areas === null ? 'all' : 'some',
    chosenAreas: [...(channel?.areas ?? [])],
    language: channel?.language ?? language,
    enabled: channel?.enabled ?? true,
  };
}

/** Whether a kind signs at all: the group robots of WeCom do not. */
export function signs(kind: ChannelKind): boolean {
  return kind !== 'wecom';
}

export function newChannel(draft: ChannelDraft): Drafted<ChannelBody> {
  const secret = signs(draft.kind) && draft.secret !== '' ? draft.secret : null;
  const body: ChannelBody = { kind: draft.kind, address: draft.address.trim(), secret, ...settings(draft) };
  const missing: DraftFault[] = draft.kind === 'webhook' && secret === null ? ['secret_needed'] : [];
  return checked(body, missing);
}

/** Only what is another than before; address and secret where they were entered, and with a new address the secret. */
export function channelChange(draft: ChannelDraft, before: ChannelView): Drafted<ChannelChange> {
  const address = draft.address.trim();
  const given = draft.secret !== '';
  const all = settings(draft);
  const change: ChannelChange = {
    ...(all.name === before.name ? {} : { name: all.name }),
    ...(all.priority === before.priority ? {} : { priority: all.priority }),
    ...(sameAreas(all.areas, before.areas) ? {} : { areas: all.areas }),
    ...(all.language === before.language ? {} : { language: all.language }),
    ...(all.enabled === before.enabled ? {} : { enabled: all.enabled }),
  };
  if (address !== '') change.address = address;
  if (given) change.secret = draft.secret;
  else if (draft.unsign || (address !== '' && !before.signed)) change.secret = null;
  const lost: DraftFault[] = address !== '' && before.signed && !given && !draft.unsign ? ['secret_anew'] : [];
  return checked(change, before.kind === 'webhook' && change.secret === null ? ['secret_needed'] : lost);
}

function settings(draft: ChannelDraft) {
  return {
    name: draft.name.trim(),
    priority: draft.priority,
    areas: draft.areas === 'all' ? null : draft.chosenAreas,
    language: draft.language,
    enabled: draft.enabled,
  };
}

function sameAreas(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((area) => other.includes(area));
}

function checked<T extends object>(body: T, faults: readonly DraftFault[]): Drafted<T> {
  const wrong = wrongFields(ChannelBody, body);
  const fields = FIELDS.filter((field) => wrong.includes(field));
  return fields.length + faults.length === 0 ? { body } : { faults: [...fields, ...faults] };
}

const FIELDS = ['kind', 'name', 'address', 'secret', 'priority', 'areas', 'language', 'enabled'] as const;
