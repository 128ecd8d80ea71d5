/**
 * What cannot be seen, or moves what stands beside it: controls, bidi marks, zero-width and unassigned characters,
 * line separators, blanks other than U+0020, combining marks, and the fillers that look like nothing.
 */
const HIDDEN = /[\p{C}\p{M}\p{Zl}\p{Zp}\u00A0\u115F\u1160\u1680\u2000-\u200A\u202F\u205F\u2800\u3000\u3164\uFFA0]/u;
const HIDDEN_RUN = new RegExp(HIDDEN.source, 'gu');

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

export function isHidden(character: string): boolean {
  return HIDDEN.test(character);
}

/** A character written out: `\n`, `\u{202E}`. */
export function escaped(character: string): string {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** A text that a stranger typed, with every character that could deceive written out. */
export function visible(text: string): string {
  return text.replace(HIDDEN_RUN, escaped);
}
