import { expect, test } from 'vitest';
import { lastingWarnings, servesHttps } from '../../app/exposure.ts';
import { readConfig } from '../../app/config.ts';

const CERTIFICATE = { HTTP_TLS_CERT: '/c.pem', HTTP_TLS_KEY: '/c.key' };
const PUBLIC = { PUBLIC_URL: 'https://fw.example.com' };
const OPEN = { HTTP_HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: 'true' };
const config = (env: Record<string, string>) => readConfig({ env, argv: [] });

test.each([
  ['nothing set', {}, false, []],
  ['plain HTTP beyond this machine', OPEN, false, ['plain_http']],
  ['a certificate', { HTTP_HOST: '0.0.0.0', ...CERTIFICATE }, true, []],
  ['a named proxy that speaks HTTPS', { ...OPEN, ...PUBLIC, TRUST_PROXY: '10.0.0.5' }, true, []],
  ['a proxy that nobody named', { ...OPEN, ...PUBLIC }, false, ['plain_http']],
  ['a named proxy without HTTPS', { ...OPEN, PUBLIC_URL: 'http://fw', TRUST_PROXY: '10.0.0.5' }, false, ['plain_http']],
  ['plain MQTT beyond this machine', { MQTT_HOST: '0.0.0.0', ALLOW_PLAIN_MQTT: 'true' }, false, ['plain_mqtt']],
])('what is told for as long as it is so, with %s', (_what, env, https, warnings) => {
  expect(servesHttps(config({ ...env }))).toBe(https);
  expect(lastingWarnings(config({ ...env }))).toEqual(warnings);
});

test.each([
  [{ HTTP_TLS_CERT: '/c.pem' }, 'HTTP_TLS_KEY', 'HTTP_TLS_CERT needs it'],
  [{ HTTP_TLS_KEY: '/c.key' }, 'HTTP_TLS_CERT', 'HTTP_TLS_KEY needs it'],
  [{ ...CERTIFICATE, PUBLIC_URL: 'http://fw.example.com' }, 'PUBLIC_URL', 'has to begin with https://'],
  [{ TRUST_PROXY: 'proxy.example.com' }, 'TRUST_PROXY', 'IP addresses or networks'],
  [{ TRUST_PROXY: '0.0.0.0/0' }, 'TRUST_PROXY', 'IP addresses or networks'],
  [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY', 'IP addresses or networks'],
])('%o is refused and says what would be right', (env, key, message) => {
  expect(() => config({ ...env })).toThrow(new RegExp(`${key} .*${message}`));
});
