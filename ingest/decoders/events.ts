import { Compile } from 'typebox/compile';
import {
  Direction,
  EVENT_KINDS,
  EventDetail,
  EventId,
  EventResult,
  Method,
  type EventKind,
} from '../../contract/event.ts';
import { claimedTime } from './claimed-time.ts';
import { elementsOf, type Element } from './elements.ts';
import type { JsonDocument } from './json.ts';
import { nearest } from './nearest.ts';
import { childPath } from './path.ts';
import { found, type Rejections } from './rejections.ts';
import type { DecodedEvent } from './types.ts';

// Whatever is said of an event may be shown and kept: it names keys and types, never what they held.
const CONFIDENTIAL = { confidential: true } as const;

const isDetail = Compile(EventDetail);
const isId = Compile(EventId);
const [isResult, isDirection, isMethod] = [Compile(EventResult), Compile(Direction), Compile(Method)];
const isBoolean = { Check: (value: unknown) => typeof value === 'boolean' };

interface Field {
  readonly check: { Check(value: unknown): boolean };
  readonly right: string;
}

const FIELDS = {
  result: { check: isResult, right: EventResult.enum.join(', ') },
  direction: { check: isDirection, right: Direction.enum.join(' or ') },
  method: { check: isMethod, right: Method.enum.join(', ') },
  open: { check: isBoolean, right: 'true or false' },
  locked: { check: isBoolean, right: 'true or false' },
  active: { check: isBoolean, right: 'true or false' },
} as const satisfies Record<string, Field>;
type FieldName = keyof typeof FIELDS;

/** An event cannot be used without its required field; an optional one that cannot be used is dropped and named. */
const KINDS: Readonly<Record<EventKind, { readonly required: FieldName; readonly optional: readonly FieldName[] }>> = {
  punch: { required: 'result', optional: ['direction', 'method'] },
  access: { required: 'result', optional: ['direction'] },
  contact: { required: 'open', optional: [] },
  lock: { required: 'locked', optional: [] },
  forced: { required: 'active', optional: [] },
  held_open: { required: 'active', optional: [] },
  tamper: { required: 'active', optional: [] },
  jam: { required: 'active', optional: [] },
};

/** `{"id":"…","ts":…,"kind":"punch","result":"ok"}`, or an array of such. Other keys are dropped unread. */
export function decodeEvents(document: JsonDocument, rejections: Rejections): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  for (const element of elementsOf(document, { rejections, ...CONFIDENTIAL })) {
    const event = decodeEvent(element, { duplicates: document.duplicates, rejections });
    if (event !== undefined) events.push(event);
  }
  return events;
}

interface EventContext {
  readonly duplicates: ReadonlySet<string>;
  readonly rejections: Rejections;
}

function decodeEvent(element: Element, context: EventContext): DecodedEvent | undefined {
  const id = eventId(element, context);
  const kind = eventKind(element, context);
  const time = claimedTime(element.record, { path: element.path, ...context, ...CONFIDENTIAL });
  if (id === undefined || kind === undefined || time === undefined) return undefined;

  const { required, optional } = KINDS[kind];
  const value = field(element, required, { ...context, required: kind });
  if (value === undefined) return undefined;
  const kept: Record<string, unknown> = { kind, [required]: value };
  for (const name of optional) {
    const given = field(element, name, context);
    if (given !== undefined) kept[name] = given;
  }
  return isDetail.Check(kept) ? { path: element.path, id, claimedTime: time, detail: kept } : undefined;
}

function eventId(element: Element, { duplicates, rejections }: EventContext): string | undefined {
  const [at, given] = own(element, 'id');
  if (typeof given === 'string' && isId.Check(given) && given.isWellFormed() && !duplicates.has(at)) return given;
  const what = duplicates.has(at) ? 'id stands twice' : whatIsWrongWithId(given);
  const code = given === undefined ? 'missing_field' : 'bad_field';
  rejections.add(code, at, `${what}; ids are texts of 1 to 128 characters, and each event has its own`);
  return undefined;
}

function whatIsWrongWithId(given: unknown): string {
  if (given === undefined) return 'id is missing';
  if (typeof given === 'number') return 'id is a number, which loses digits beyond 9007199254740992: send it in quotes';
  return typeof given === 'string' ? 'id is empty, too long or no Unicode text' : `id is ${found(given, CONFIDENTIAL)}`;
}

function eventKind(element: Element, { duplicates, rejections }: EventContext): EventKind | undefined {
  const [at, given] = own(element, 'kind');
  const kinds = `the kinds are ${EVENT_KINDS.join(', ')}`;
  const known = EVENT_KINDS.find((candidate) => candidate === given);
  if (given === undefined) rejections.add('missing_field', at, `kind is missing; ${kinds}`);
  else if (duplicates.has(at)) rejections.add('bad_field', at, 'kind stands twice; send it once');
  else if (known === undefined) rejections.add('unknown_event_kind', at, unknownKind(given, kinds));
  else return known;
  return undefined;
}

function unknownKind(given: unknown, kinds: string): string {
  if (typeof given !== 'string') return `kind is ${found(given, CONFIDENTIAL)}; ${kinds}`;
  const near = nearest(given, EVENT_KINDS);
  return near === undefined
    ? `kind is none that is known; ${kinds}`
    : `kind is none that is known; did you mean ${near}?`;
}

/** A field's value, or undefined where it is absent (null counts as absent) or, named among the rejections, unusable. */
function field(element: Element, name: FieldName, context: EventContext & { required?: EventKind }): unknown {
  const { duplicates, rejections, required } = context;
  const [at, given] = own(element, name);
  const { check, right } = FIELDS[name];
  if (given === undefined || given === null) {
    if (required !== undefined) rejections.add('missing_field', at, `a ${required} event needs ${name}: ${right}`);
    return undefined;
  }
  if (!duplicates.has(at) && check.Check(given)) return given;
  const what = duplicates.has(at)
    ? `${name} stands twice`
    : `${name} is ${found(given, CONFIDENTIAL)} that is none of its values`;
  const rest = required === undefined ? '; the event is kept without it' : '';
  rejections.add('bad_field', at, `${what}; it is ${right}${rest}`);
  return undefined;
}

function own({ path, record }: Element, key: string): readonly [path: string, value: unknown] {
  return [childPath(path, key), Object.hasOwn(record, key) ? record[key] : undefined];
}
