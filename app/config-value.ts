import { isIP, isIPv6 } from 'node:net';
import type { KeyKind } from './config-keys.ts';

/** A setting read from its text, or what would have been right instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };

/** Decimal digits alone: no sign, blank, exponent, hexadecimal or leading zero. */
export function parseInteger(text: string, { min, max }: { min: number; max: number }): Parsed<number> {
  const expected = `a whole number from ${min} to ${max}, in digits alone`;
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return { expected };
  const value = Number(text);
  return value < min || value > max ? { expected } : { value };
}

/** null: off. */
export function parsePort(text: string): Parsed<number | null> {
  if (text === 'off') return { value: null };
  const parsed = parseInteger(text, { min: 0, max: 65_535 });
  return 'value' in parsed ? parsed : { expected: `${parsed.expected}, or off` };
}

export function parseBoolean(text: string): Parsed<boolean> {
  if (text === 'true') return { value: true };
  if (text === 'false') return { value: false };
  return { expected: 'true or false' };
}

export function parseText(text: string): Parsed<string> {
  return text.trim() === '' || text.includes('\0') ? { expected: 'a text that is not empty' } : { value: text };
}

/** A name or an address to listen on; no port, no scheme. */
export function parseHost(text: string): Parsed<string> {
  const named = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(text);
  return named || isIPv6(text) ? { value: text } : { expected: 'a host name or an IP address, without a port' };
}

/** Scheme, host and port as browsers send them in `Origin`: no path, query or user. */
export function parseOrigin(text: string): Parsed<string> {
  const expected = 'an address such as https://fw.example.com, without a path';
  if (!URL.canParse(text)) return { expected };
  const url = new URL(text);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || !bare) return { expected };
  return { value: url.origin };
}

/** An address to send requests to: no user, query or fragment; without a slash at its end. */
export function parseUrl(text: string): Parsed<string> {
  const expected = 'an address such as https://influx.example.com:8086, without a user, a query or a fragment';
  if (!URL.canParse(text)) return { expected };
  const url = new URL(text);
  const bare = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || !bare) return { expected };
  return { value: url.origin + url.pathname.replace(/\/+$/, '') };
}

/** Any address that can be asked, with a path and a query, as services for heartbeats give them. */
export function parseHeartbeat(text: string): Parsed<string> {
  const expected = 'an address such as https://watch.example.com/beat/k7m2, without a user';
  if (!URL.canParse(text)) return { expected };
  const { protocol, username, password, href } = new URL(text);
  const usable = (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
  return usable ? { value: href } : { expected };
}

/** What goes into a header as it is. */
export function parseSecret(text: string): Parsed<string> {
  return /^[\x20-\x7e]*[\x21-\x7e]$/.test(text) ? { value: text } : { expected: 'one line of printable ASCII' };
}

/** IP addresses and networks in CIDR notation, separated by commas. */
export function parseNetworks(text: string): Parsed<readonly string[]> {
  const networks = text.split(',').map((part) => part.trim());
  const expected = 'IP addresses or networks such as 10.1.0.0/16, separated by commas';
  return networks.every(isNetwork) ? { value: networks } : { expected };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return false;
  return bits === undefined || 'value' in parseInteger(bits, { min: 1, max: version === 4 ? 32 : 128 });
}

export function parseChoice(text: string, choices: readonly string[]): Parsed<string> {
  return choices.includes(text) ? { value: text } : { expected: `one of ${choices.join(', ')}` };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

/** What a kind of key accepts, for the documentation. */
export function describeKind(accepts: KeyKind): string {
  switch (accepts.kind) {
    case 'text':
      return 'text';
    case 'secret':
      return 'text of one line';
    case 'url':
      return '`http://…` or `https://…`';
    case 'host':
      return 'host name or IP address';
    case 'integer':
      return `whole number, ${accepts.min}–${accepts.max}`;
    case 'port':
      return 'whole number, 0–65535, or `off`';
    case 'boolean':
      return '`true` or `false`';
    case 'choice':
      return accepts.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'networks':
      return 'addresses and networks such as `10.0.0.5,10.1.0.0/16`';
    case 'origin':
      return '`http://…` or `https://…`, without a path';
  }
}
