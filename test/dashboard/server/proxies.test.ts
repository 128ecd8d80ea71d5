import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { arrivedSafely } from '../../../dashboard/server/https-only.ts';
import { namedProxies } from '../../../dashboard/server/proxies.ts';

const proxies = namedProxies(['10.0.0.5', '10.1.0.0/16', 'fd00::/8']);

function from(peer: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
}
const forwarded = (value: string) => ({ 'x-forwarded-for': value });

test.each([
  ['nobody in front', from('192.168.7.7'), '192.168.7.7'],
  ['a named proxy', from('10.0.0.5', forwarded('192.168.7.7')), '192.168.7.7'],
  ['a named proxy over IPv6', from('::ffff:10.0.0.5', forwarded('192.168.7.7')), '192.168.7.7'],
  ['a proxy of a named network', from('10.1.200.3', forwarded('192.168.7.7')), '192.168.7.7'],
  ['a named IPv6 proxy', from('fd00::1', forwarded('2001:db8::9')), '2001:db8::9'],
  ['an unnamed proxy', from('10.0.0.6', forwarded('192.168.7.7')), '10.0.0.6'],
  ['a client that says to be another', from('10.0.0.5', forwarded('1.1.1.1, 192.168.7.7')), '192.168.7.7'],
  ['two named proxies', from('10.0.0.5', forwarded('192.168.7.7, 10.1.0.1')), '192.168.7.7'],
  ['a named proxy that says nothing', from('10.0.0.5'), '10.0.0.5'],
])('the address is that of the client: %s', (_who, request, expected) => {
  expect(proxies.addressOf(request)).toBe(expected);
});

test.each([
  ['a named proxy that came by HTTPS', from('10.0.0.5', { 'x-forwarded-proto': 'https' }), true],
  ['a named proxy that says nothing', from('10.0.0.5'), true],
  ['a named proxy that came by HTTP', from('10.0.0.5', { 'x-forwarded-proto': 'http' }), false],
  ['a named proxy behind which it was HTTP', from('10.0.0.5', { 'x-forwarded-proto': 'https, http' }), false],
  ['somebody who claims HTTPS', from('10.0.0.6', { 'x-forwarded-proto': 'https' }), false],
  ['this machine', from('127.0.0.1'), true],
  ['this machine over IPv6', from('::1'), true],
])('whether it crossed a network in clear is known of %s', (_who, request, expected) => {
  expect(arrivedSafely(request, proxies)).toBe(expected);
});

test('without a named proxy nobody is believed, not even this machine', () => {
  const nobody = namedProxies([]);
  expect(nobody.addressOf(from('127.0.0.1', forwarded('192.168.7.7')))).toBe('127.0.0.1');
  expect(nobody.trusts(undefined)).toBe(false);
});
