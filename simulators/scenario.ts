import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { DEFAULT_BY, FAULTS, strikes, type ActiveFault, type FaultName, type Targets } from './faults.ts';

/** A fault that comes at a time and goes again. Times in seconds after the beginning. */
export interface ScenarioFault {
  readonly fault: FaultName;
  readonly target: string;
  readonly at: number;
  /** Infinity: it stays. */
  readonly lasts: number;
  /** Comes again after so long; null: once. */
  readonly every: number | null;
  readonly by: number;
}

export interface Scenario {
  readonly title: string;
  readonly faults: readonly ScenarioFault[];
}

/** What is wrong with a scenario, with line and key; one line for each finding. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const LONGEST = 400 * 86_400;

/** `90s`, `5m`, `1h30m`, `2d` in seconds; undefined for anything else. */
export function seconds(text: string): number | undefined {
  if (!/^([0-9]{1,6}[smhd])+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/([0-9]+)([smhd])/g))
    sum += Number(digits) * (UNITS[unit] ?? 0);
  return sum <= LONGEST ? sum : undefined;
}

/**
 * Reads a scenario.
 * @param file as named in errors
 * @throws ScenarioError naming line and key of everything that is wrong
 */
export function parseScenario(text: string, { file, targets }: { file: string; targets: Targets }): Scenario {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems: string[] = [];
  const complain = (offset: number, key: string, message: string) =>
    problems.push(`${file}, line ${lines.linePos(offset).line}${key === '' ? '' : `, ${key}`}: ${message}`);
  for (const { pos, message } of [...doc.errors, ...doc.warnings]) complain(pos[0], '', message);
  const root = doc.contents;
  let scenario: Scenario = { title: '', faults: [] };
  if (problems.length === 0) {
    if (!isMap(root)) complain(0, '', 'a scenario has a title and faults');
    else scenario = readScenario(fieldsOf(root, '', { known: ['title', 'faults'], complain }), { targets, complain });
  }
  if (problems.length > 0) throw new ScenarioError(problems.join('\n'));
  return scenario;
}

type Complain = (offset: number, key: string, message: string) => void;

interface Field {
  readonly offset: number;
  readonly key: string;
  readonly node: Node | null;
}

interface Fields {
  readonly offset: number;
  readonly key: string;
  get(name: string): Field | undefined;
}

function fieldsOf(
  map: YAMLMap,
  at: string,
  { known, complain }: { known: readonly string[]; complain: Complain },
): Fields {
  const offset = map.range?.[0] ?? 0;
  const fields = new Map<string, Field>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    const key = at === '' ? name : `${at}.${name}`;
    const start = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
    const node = isScalar(pair.value) || isMap(pair.value) || isSeq(pair.value) ? pair.value : null;
    if (known.includes(name)) fields.set(name, { offset: start, key, node });
    else complain(start, key, `is no key here; there are ${known.join(', ')}`);
  }
  return { offset, key: at, get: (name) => fields.get(name) };
}

interface Reading {
  readonly targets: Targets;
  readonly complain: Complain;
}

function readScenario(fields: Fields, { targets, complain }: Reading): Scenario {
  const title = textOf(fields, 'title', complain) ?? '';
  const list = fields.get('faults');
  if (list === undefined) complain(fields.offset, 'faults', 'is missing; an empty list is a normal day');
  else if (!isSeq(list.node)) complain(list.offset, list.key, 'has to be a list');
  const items = list !== undefined && isSeq(list.node) ? list.node.items : [];
  const faults = items.flatMap((item, index) => {
    const key = `faults[${index}]`;
    if (!isMap(item)) {
      complain(isScalar(item) ? (item.range?.[0] ?? 0) : (list?.offset ?? 0), key, 'has to have at, fault and target');
      return [];
    }
    const known = ['at', 'fault', 'target', 'for', 'every', 'by'];
    return readFault(fieldsOf(item, key, { known, complain }), { targets, complain });
  });
  return { title, faults };
}

const HINT = 'has to be a time such as 90s, 20m or 1h30m';

function readFault(fields: Fields, { targets, complain }: Reading): ScenarioFault[] {
  const at = timeOf(fields, 'at', complain);
  const name = textOf(fields, 'fault', complain);
  const target = textOf(fields, 'target', complain);
  const lasts = fields.get('for') === undefined ? Infinity : timeOf(fields, 'for', complain);
  const every = fields.get('every') === undefined ? null : timeOf(fields, 'every', complain);
  const fault = FAULTS.find((one) => one === name);
  if (name !== undefined && fault === undefined) {
    const { offset = 0, key = '' } = fields.get('fault') ?? {};
    complain(offset, key, `${JSON.stringify(name)} is no fault; there are ${FAULTS.join(', ')}`);
  }
  if (fault === undefined || at === undefined || target === undefined || lasts === undefined || every === undefined)
    return [];
  const { what, ids } = strikes(fault, targets);
  if (!ids.includes(target)) {
    const { offset = 0, key = '' } = fields.get('target') ?? {};
    complain(offset, key, `${fault} needs ${what}, and ${JSON.stringify(target)} is none; there are ${listed(ids)}`);
  }
  if (every !== null && !(every > 0 && lasts < every)) {
    const { offset = 0, key = '' } = fields.get('every') ?? {};
    complain(offset, key, 'has to be longer than for, or the fault never ends between');
  }
  const by = byOf(fields, fault, complain);
  return [{ fault, target, at, lasts, every, by }];
}

function listed(ids: readonly string[]): string {
  return ids.length === 0
    ? 'none at this site'
    : ids.length <= 12
      ? ids.join(', ')
      : `${ids.slice(0, 12).join(', ')} …`;
}

function textOf(fields: Fields, name: string, complain: Complain): string | undefined {
  const field = fields.get(name);
  const key = fields.key === '' ? name : `${fields.key}.${name}`;
  if (field === undefined) return void complain(fields.offset, key, 'is missing');
  if (isScalar(field.node) && typeof field.node.value === 'string' && field.node.value !== '') return field.node.value;
  return void complain(field.offset, key, 'has to be a text');
}

function timeOf(fields: Fields, name: string, complain: Complain): number | undefined {
  const text = textOf(fields, name, (offset, key, message) =>
    complain(offset, key, message === 'is missing' ? message : HINT),
  );
  if (text === undefined) return undefined;
  const time = seconds(text);
  if (time === undefined) complain(fields.get(name)?.offset ?? 0, fields.get(name)?.key ?? name, HINT);
  return time;
}

function byOf(fields: Fields, fault: FaultName, complain: Complain): number {
  const field = fields.get('by');
  const usual = DEFAULT_BY[fault];
  if (field === undefined) return usual ?? 0;
  if (usual === undefined) complain(field.offset, field.key, `${fault} takes none`);
  if (isScalar(field.node) && typeof field.node.value === 'number' && Number.isFinite(field.node.value))
    return field.node.value;
  complain(field.offset, field.key, 'has to be a number');
  return 0;
}

/** The faults that hold `at` seconds after the beginning. */
export function activeFaults({ faults }: Scenario, at: number): ActiveFault[] {
  return faults.flatMap(({ fault, target, by, ...when }) => {
    const since = sinceStart(when, at);
    return since === undefined ? [] : [{ fault, target, by, since }];
  });
}

function sinceStart(
  { at: first, lasts, every }: Pick<ScenarioFault, 'at' | 'lasts' | 'every'>,
  at: number,
): number | undefined {
  if (at < first) return undefined;
  const since = every === null ? at - first : (at - first) % every;
  return since < lasts ? since : undefined;
}

/** The first moment after `at` (seconds) at which a fault comes or goes; Infinity: never again. */
export function nextChange({ faults }: Scenario, at: number): number {
  return faults.reduce((soonest, { at: first, lasts, every }) => {
    const cycle = every === null || at < first ? 0 : Math.floor((at - first) / every);
    const moments = [cycle, cycle + 1].flatMap((n) => {
      if (n > 0 && every === null) return [];
      const begin = first + n * (every ?? 0);
      return [begin, begin + lasts];
    });
    return Math.min(soonest, ...moments.filter((moment) => moment > at));
  }, Infinity);
}
