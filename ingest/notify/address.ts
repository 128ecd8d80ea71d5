import type { ChannelKind } from '../../contract/channel.ts';

/** What the makers' own paths consist of, as against the keys in them. */
const PLAIN_SEGMENTS: Readonly<Record<ChannelKind, readonly string[]>> = {
  webhook: ['api', 'hook', 'hooks', 'webhook', 'webhooks', 'notify', 'alarm', 'alarms'],
  wecom: ['cgi-bin', 'webhook', 'send'],
  dingtalk: ['robot', 'send'],
  feishu: ['open-apis', 'bot', 'v2', 'hook'],
};

/** Longer runs than this of an address are taken for keys when a stranger's answer repeats them. */
const KEY_LENGTH = 8;

/**
 * Why an address cannot be used; null when it can. `https:` anywhere; `http:` on this machine, or where the operator
 * accepts plain HTTP.
 */
export function addressProblem(address: string, { plainHttp }: { plainHttp: boolean }): string | null {
  const url = URL.parse(address.trim());
  if (url === null) return 'must be a whole address, such as https://example.com/hook';
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password before the host';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'must begin with https://';
  return plainHttp || isThisMachine(url.hostname)
    ? null
    : 'must begin with https:// (http:// is for this machine, 127.0.0.1, only): what is sent would cross the network unencrypted';
}

/** Literal addresses and the one reserved name: any other name may lead elsewhere tomorrow. */
function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Host and what is known to be no key: `oapi.dingtalk.com/robot/send?…`. */
export function shownAddress(kind: ChannelKind, address: string): string {
  const { host, pathname, search } = new URL(address.trim());
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const plain = PLAIN_SEGMENTS[kind];
  const cut = segments.findIndex((segment) => !plain.includes(segment));
  const shown = cut === -1 ? segments : segments.slice(0, cut);
  return `${[host, ...shown, ...(cut === -1 ? [] : ['…'])].join('/')}${search === '' ? '' : '?…'}`;
}

/** Hides what of address and secret a text repeats: an answer may echo the request. */
export function withoutSecrets(text: string, { address, secret }: { address: string; secret: string | null }): string {
  return keysOf(address, secret).reduce((hidden, key) => hidden.replaceAll(key, '[…]'), text);
}

function keysOf(address: string, secret: string | null): string[] {
  const { pathname, search, searchParams } = new URL(address.trim());
  const parts = [...pathname.split('/'), ...searchParams.values(), search];
  const keys = [secret ?? '', ...parts, ...parts.map(decoded)].filter((part) => part.length >= KEY_LENGTH);
  return [...new Set(keys)].sort((a, b) => b.length - a.length);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
