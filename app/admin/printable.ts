/** Text that somebody typed, made harmless for a terminal: control and direction characters are shown as �. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
