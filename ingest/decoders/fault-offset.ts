/** Byte at which the first sequence begins that is no UTF-8 (RFC 3629, 4); null: there is none. */
export function firstBadByte(bytes: Uint8Array): number | null {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return null;
}

/** 0: no character begins here. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0x80) return 1;
  const tail = (index: number) => ((bytes[at + index] ?? 0) & 0xc0) === 0x80;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // No overlong forms, no halves of UTF-16 pairs.
    const fits = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second <= 0x9f);
    return tail(1) && tail(2) && fits ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const fits = (first !== 0xf0 || second >= 0x90) && (first !== 0xf4 || second <= 0x8f);
    return tail(1) && tail(2) && tail(3) && fits ? 4 : 0;
  }
  return 0;
}

const LITERALS = ['true', 'false', 'null'] as const;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * Index at which a text stops being JSON (RFC 8259), its length when it is cut off; null: it is JSON. The engine's own
 * messages name a position only for some faults.
 */
export function jsonFault(text: string): number | null {
  let at = 0;
  const open: ('{' | '[')[] = [];
  let expects: 'value' | 'value_or_end' | 'key' | 'key_or_end' | 'colon' | 'comma' = 'value';
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at += 1;
    const char = text[at];
    if (char === undefined) return expects === 'comma' && open.length === 0 ? null : at;
    const top = open.at(-1);
    switch (expects) {
      case 'colon':
        if (char !== ':') return at;
        at += 1;
        expects = 'value';
        break;
      case 'comma':
        if (top === undefined) return at;
        if (char === ',') expects = top === '{' ? 'key' : 'value';
        else if (char === (top === '{' ? '}' : ']')) open.pop();
        else return at;
        at += 1;
        break;
      case 'key':
      case 'key_or_end': {
        if (char === '}' && expects === 'key_or_end') {
          open.pop();
          at += 1;
          expects = 'comma';
          break;
        }
        if (char !== '"') return at;
        const end = stringEnd(text, at);
        if (!end.whole) return end.at;
        at = end.at;
        expects = 'colon';
        break;
      }
      default: {
        if (char === ']' && expects === 'value_or_end') {
          open.pop();
          at += 1;
          expects = 'comma';
          break;
        }
        if (char === '{' || char === '[') {
          open.push(char);
          at += 1;
          expects = char === '{' ? 'key_or_end' : 'value_or_end';
          break;
        }
        const end = scalarEnd(text, at);
        if (!end.whole) return end.at;
        at = end.at;
        expects = 'comma';
      }
    }
  }
}

interface End {
  /** Where it ends, or where it goes wrong. */
  readonly at: number;
  readonly whole: boolean;
}

function scalarEnd(text: string, at: number): End {
  if (text[at] === '"') return stringEnd(text, at);
  const literal = LITERALS.find((one) => text.startsWith(one, at));
  if (literal !== undefined) return { at: at + literal.length, whole: true };
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0];
  if (number !== undefined) return { at: at + number.length, whole: true };
  // A literal or number that breaks off at the very end is a text that was cut.
  const rest = text.slice(at);
  const cut = LITERALS.some((one) => one.startsWith(rest)) || rest === '-';
  return { at: cut ? text.length : at, whole: false };
}

function stringEnd(text: string, start: number): End {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '"') return { at: at + 1, whole: true };
    if (char < ' ') return { at, whole: false };
    if (char !== '\\') continue;
    const escape = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at, at + 6))?.[0];
    if (escape === undefined) return { at, whole: false };
    at += escape.length - 1;
  }
  return { at: text.length, whole: false };
}
