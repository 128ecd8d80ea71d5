import type { Fault } from './bytes.ts';

/** Where a name and its value stand in a JSON text, in characters from 0. */
interface Place {
  readonly name: Range | null;
  readonly value: Range;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Nesting beyond this is not looked into: nothing that devices send is so deep. */
const DEEPEST = 64;
/** The server cuts longer names in its paths. */
const LONGEST_NAME = 64;
/** Reasons for which the name is at fault and not what it holds. */
const OF_THE_NAME = new Set(['unknown_metric', 'too_many_series']);

/**
 * The part of a message that a path such as `$[2].values.water_temprature` names; null where the message has none
 * (a missing field), is no JSON up to there, or the whole is meant.
 */
export function faultAtPath(bytes: Uint8Array, { path, code }: { path: string; code: string }): Fault | null {
  if (path === '$') return null;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const place = placeOf(text, path);
  if (place === null) return null;
  const range = OF_THE_NAME.has(code) && place.name !== null ? place.name : place.value;
  return { start: byteLength(text.slice(0, range.start)), end: byteLength(text.slice(0, range.end)) };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Walks the text, naming every value as the server does, until one has the wanted name. */
function placeOf(text: string, wanted: string): Place | null {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let found: Place | null = null;

  const blank = () => {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  };
  const eat = (character: string): boolean => {
    blank();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const string = (): Range => {
    const start = at;
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
    return { start, end: Math.min(at, text.length) };
  };

  function value(path: string, name: Range | null, depth: number): void {
    blank();
    const start = at;
    if (text[at] === '{') members(path, depth);
    else if (text[at] === '[') elements(path, depth);
    else if (text[at] === '"') string();
    else while (at < text.length && !',]} \t\r\n'.includes(text.charAt(at))) at += 1;
    if (found === null && path === wanted && at > start) found = { name, value: { start, end: at } };
  }

  function members(path: string, depth: number): void {
    at += 1;
    if (depth === DEEPEST || eat('}')) return;
    while (found === null) {
      blank();
      if (text[at] !== '"') return;
      const name = string();
      if (!eat(':')) return;
      value(childPath(path, keyOf(text.slice(name.start, name.end))), name, depth + 1);
      if (!eat(',')) {
        eat('}');
        return;
      }
    }
  }

  function elements(path: string, depth: number): void {
    at += 1;
    if (depth === DEEPEST || eat(']')) return;
    for (let index = 0; found === null; index += 1) {
      value(`${path}[${index}]`, null, depth + 1);
      if (!eat(',')) {
        eat(']');
        return;
      }
    }
  }

  value('$', null, 0);
  return found;
}

function keyOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return '';
  }
}

function childPath(parent: string, key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(key)) return `${parent}.${key}`;
  const cut = key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key;
  return `${parent}[${JSON.stringify(cut.toWellFormed())}]`;
}
