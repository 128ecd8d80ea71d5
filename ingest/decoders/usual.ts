import { ID_PATTERN } from '../../contract/ids.ts';
import { METRIC_NAMES, type MetricName } from '../../contract/metrics.ts';
import { rounded } from './rounded.ts';
import type { DecodedSample, DecodedValue } from './types.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;

/** Digits that a double holds exactly, so that dividing by a power of ten gives what a JSON parser gives. */
const MOST_DIGITS = 15;
const KNOWN_KEYS = 20_000;
const CHANNEL = new RegExp(ID_PATTERN);

interface Key {
  readonly key: string;
  readonly metric: MetricName;
  readonly channel: string;
  /** As it stands in a message. */
  readonly quoted: string;
  /** Number of the message in which it was met last. */
  met: number;
  /** What came after it last. */
  next: Key | undefined;
}

/** Keys that can be used, as devices send the same ones again and again. */
const keys = new Map<string, Key>();
let messages = 0;

/**
 * Reads what nearly every message is: `{"ts":1764000000000,"values":{"water_temperature":42.3}}`, in this order, with plain
 * numbers. Gives what `decodeReadings` gives for it, in a third of the time; undefined: it is anything else, also wherever
 * there is something to say about it.
 */
export function decodeUsual(payload: Uint8Array): DecodedSample | undefined {
  // Whatever is not ASCII ends the reading of it.
  return new Reader(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1')).message();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Code of the next character; NaN: there is none. */
  #next(): number {
    return this.#text.charCodeAt(this.#at);
  }

  message(): DecodedSample | undefined {
    if (!this.#take(OPEN)) return undefined;
    let claimedTime: number | null = null;
    let name = this.#name();
    if (name === 'ts') {
      const ts = this.#take(COLON) ? this.#number() : undefined;
      if (ts === undefined || !Number.isInteger(ts) || !this.#take(COMMA)) return undefined;
      claimedTime = ts + 0;
      name = this.#name();
    }
    if (name !== 'values' || !this.#take(COLON) || !this.#take(OPEN)) return undefined;
    const values = this.#values();
    if (values === undefined || !this.#take(CLOSE) || !this.#take(CLOSE) || !this.#isOver()) return undefined;
    return { path: '$.values', claimedTime, values };
  }

  /** Up to the closing bracket; at least one, all of them usable and each key once. */
  #values(): DecodedValue[] | undefined {
    const values: DecodedValue[] = [];
    messages += 1;
    // Never within a message, where a key that comes twice has to be the same.
    if (keys.size >= KNOWN_KEYS) keys.clear();
    let before: Key | undefined;
    do {
      const key = this.#key(before?.next);
      if (key === undefined || key.met === messages || !this.#take(COLON)) return undefined;
      if (before !== undefined) before.next = key;
      before = key;
      const value = this.#number();
      if (value === undefined) return undefined;
      key.met = messages;
      values.push({ key: key.key, metric: key.metric, channel: key.channel, value: rounded(key.metric, value) });
    } while (this.#take(COMMA));
    return values;
  }

  /** The same keys follow each other in most messages: what is there is compared before it is cut out and looked up. */
  #key(expected: Key | undefined): Key | undefined {
    if (expected !== undefined && this.#text.startsWith(expected.quoted, this.#at)) {
      this.#at += expected.quoted.length;
      return expected;
    }
    const name = this.#name();
    return name === undefined ? undefined : keyOf(name);
  }

  #skip(): void {
    while (this.#next() === SPACE) this.#at += 1;
  }

  #take(code: number): boolean {
    this.#skip();
    if (this.#next() !== code) return false;
    this.#at += 1;
    return true;
  }

  #isOver(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  /** A text of printable ASCII without escapes. */
  #name(): string | undefined {
    if (!this.#take(QUOTE)) return undefined;
    const from = this.#at;
    for (let at = from; ; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return this.#text.slice(from, at);
      }
      if (!(code >= SPACE && code <= 0x7e) || code === BACKSLASH) return undefined;
    }
  }

  /** `-12.34`, without exponent, as JSON has it. */
  #number(): number | undefined {
    this.#skip();
    const negative = this.#next() === MINUS;
    if (negative) this.#at += 1;
    const from = this.#at;
    let whole = this.#digits(0);
    const digits = this.#at - from;
    if (digits === 0 || (digits > 1 && this.#text.charCodeAt(from) === ZERO)) return undefined;
    let decimals = 0;
    if (this.#next() === POINT) {
      this.#at += 1;
      const point = this.#at;
      whole = this.#digits(whole);
      decimals = this.#at - point;
      if (decimals === 0) return undefined;
    }
    const next = this.#next();
    if (digits + decimals > MOST_DIGITS || next === 0x65 || next === 0x45) return undefined;
    const value = decimals === 0 ? whole : whole / (POWERS[decimals] ?? Number.NaN);
    return negative ? -value : value;
  }

  #digits(before: number): number {
    let value = before;
    for (let code = this.#next(); code >= ZERO && code <= NINE; code = this.#next()) {
      value = value * 10 + (code - ZERO);
      this.#at += 1;
    }
    return value;
  }
}

const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, decimals) => 10 ** decimals);

/** Undefined: no metric of ours, or a channel that is no id. */
function keyOf(name: string): Key | undefined {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const dot = name.indexOf('.');
  const channel = dot < 0 ? '' : name.slice(dot + 1);
  const metric = METRIC_NAMES.find((candidate) => candidate === (dot < 0 ? name : name.slice(0, dot)));
  if (metric === undefined || (dot >= 0 && !CHANNEL.test(channel))) return undefined;
  // A copy: the name is a part of its message, which it would keep.
  const own = Buffer.from(name, 'latin1').toString('latin1');
  const channelOf = dot < 0 ? '' : own.slice(dot + 1);
  const key: Key = { key: own, metric, channel: channelOf, quoted: `"${own}"`, met: 0, next: undefined };
  keys.set(own, key);
  return key;
}
