import { childPath, elementPath } from './path.ts';

interface Frame {
  /** Keys met so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  readonly path: string;
  key: string;
  index: number;
}

/** Paths of keys that stand more than once in one object. `text` has to be valid JSON. */
export function duplicateKeys(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const stack: Frame[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const top = stack.at(-1);
    switch (text[at]) {
      case '{':
      case '[': {
        const keys = text[at] === '{' ? new Set<string>() : undefined;
        stack.push({ keys, path: stack.length < DEEPEST ? pathWithin(top) : '', key: '', index: 0 });
        expectsKey = keys !== undefined;
        break;
      }
      case '}':
      case ']':
        stack.pop();
        break;
      case ',':
        if (top === undefined) break;
        top.index += 1;
        expectsKey = top.keys !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (expectsKey && top?.keys !== undefined) {
          top.key = unescape(text.slice(at, end + 1));
          if (top.keys.has(top.key) && stack.length <= DEEPEST) found.add(childPath(top.path, top.key));
          top.keys.add(top.key);
          expectsKey = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}

/** Nothing that is read lies deeper: an array, an element, its values. */
const DEEPEST = 3;

function pathWithin(frame: Frame | undefined): string {
  if (frame === undefined) return '$';
  return frame.keys === undefined ? elementPath(frame.path, frame.index) : childPath(frame.path, frame.key);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function unescape(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}
