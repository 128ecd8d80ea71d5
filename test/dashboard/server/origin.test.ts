import { expect, test } from 'vitest';
import { doorway } from '../../../dashboard/server/origin.ts';

const machine = 'duty-room-pc';
const plain = doorway({ host: '0.0.0.0', allowedOrigins: ['https://watch.example.org'], secure: false, machine });
const secure = doorway({ host: '127.0.0.1', allowedOrigins: [], secure: true, machine });

test.each([
  'localhost',
  'localhost:8080',
  'demo.localhost:8080',
  '127.0.0.1:8080',
  '192.168.1.20',
  '[::1]:8080',
  'Duty-Room-PC:8080',
  'duty-room-pc.local',
  'watch.example.org',
])('Host %s is ours', (host) => {
  expect(plain.knowsHost(host)).toBe(true);
});

test.each([
  undefined,
  '',
  'rebound.attacker.example:8080',
  'localhost.attacker.example',
  'notlocalhost',
  'watch.example.org.attacker.example',
  'localhost/path',
  'user@localhost',
  'local host',
  '127.0.0.1.attacker.example',
])('Host %s is not ours', (host) => {
  expect(plain.knowsHost(host)).toBe(false);
});

test.each([
  ['http://localhost:8080', 'localhost:8080'],
  ['http://192.168.1.20', '192.168.1.20:80'],
  ['http://[::1]:8080', '[::1]:8080'],
  ['https://watch.example.org', 'localhost:8080'],
])('Origin %s is admitted at %s', (origin, host) => {
  expect(plain.admitsOrigin({ origin, host, hasCookie: true })).toBe(true);
});

test.each([
  ['http://localhost:8081', 'localhost:8080'],
  ['https://localhost:8080', 'localhost:8080'],
  ['http://attacker.example', 'localhost:8080'],
  ['http://watch.example.org', 'localhost:8080'],
  ['http://localhost:8080.attacker.example', 'localhost:8080'],
  ['null', 'localhost:8080'],
  ['', 'localhost:8080'],
])('Origin %s is refused at %s', (origin, host) => {
  expect(plain.admitsOrigin({ origin, host, hasCookie: true })).toBe(false);
  expect(plain.admitsOrigin({ origin, host, hasCookie: false })).toBe(false);
});

test('behind HTTPS only the https origin is its own', () => {
  expect(secure.admitsOrigin({ origin: 'https://10.0.0.5', host: '10.0.0.5', hasCookie: true })).toBe(true);
  expect(secure.admitsOrigin({ origin: 'http://10.0.0.5', host: '10.0.0.5', hasCookie: true })).toBe(false);
});

test('a program without Origin is admitted without a cookie and refused with one', () => {
  const request = { origin: undefined, host: 'localhost:8080' };
  expect(plain.admitsOrigin({ ...request, hasCookie: false })).toBe(true);
  expect(plain.admitsOrigin({ ...request, hasCookie: true })).toBe(false);
});

test('an allowed origin that is none is named at once', () => {
  expect(() => doorway({ host: 'localhost', allowedOrigins: ['watch'], secure: false })).toThrow(
    '"watch" is no origin',
  );
});
