import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker, type BrokerOptions } from '../../broker/broker.ts';
import { CertificateError, dateWarning, readCertificate } from '../../broker/certificate.ts';
import { DrivenClock } from '../driven-clock.ts';
import { findProgram, partEnv } from '../parts.ts';
import {
  connectPacket,
  credentials,
  publishPacket,
  rawDevice,
  READINGS,
  recordIngress,
  SECRET,
  startBench,
} from './bench.ts';
import { canMakeCertificates, makeCertificate, testFolder, textFile, type TestCertificate } from './certificates.ts';

const HOST = '127.0.0.1';
const NAME = 'north.boiler';
const DAY = 86_400_000;
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

async function startTls(certificate: TestCertificate, options: Partial<BrokerOptions> = {}) {
  const warnings: string[] = [];
  const log = { info() {}, warn: (_: object, text: string) => void warnings.push(text), error() {} };
  const tls = { host: HOST, port: 0, ...certificate };
  const bench = await startBench({ tls, log, ...options });
  const { port = 0 } = bench.broker.tls ?? {};
  return { ...bench, port, warnings };
}

/** The certificate that a new connection is shown. */
async function subjectShown(port: number, options: ConnectionOptions = {}): Promise<string | string[] | undefined> {
  const socket = connectTls({ host: HOST, port, rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket.getPeerCertificate().subject.CN;
}

// Without openssl there is no certificate to try any of this with.
const tlsTest = test.skipIf(!canMakeCertificates);

tlsTest('an ordinary client publishes over TLS and over the plain port beside it', async () => {
  const certificate = makeCertificate(testFolder(), 'server');
  const { broker, port, seen } = await startTls(certificate);
  const ca = readFileSync(certificate.certFile);
  const who = { clientId: NAME, username: NAME, password: SECRET, reconnectPeriod: 0 };
  const client = await connectAsync({ ...who, protocol: 'mqtts', host: HOST, port, ca });
  for (const qos of [0, 1, 2] as const) await client.publishAsync(READINGS, `qos ${qos}`, { qos });
  await client.endAsync();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'plain'));
  await raw.expectPacket('puback');
  expect(seen.texts()).toEqual(['qos 0', 'qos 1', 'qos 2', 'plain']);
  expect(seen.changes[0]).toMatchObject({ kind: 'connected', address: HOST });
  expect(broker.urls).toEqual([`mqtt://127.0.0.1:${broker.port}`, `mqtts://127.0.0.1:${port}`]);
});

const mosquitto = findProgram('mosquitto_pub');
test.skipIf(!canMakeCertificates || mosquitto === undefined)(
  'mosquitto_pub delivers over TLS where nothing else is open, and trusts no other certificate',
  async () => {
    const folder = testFolder();
    const certificate = makeCertificate(folder, 'server');
    const { broker, port, seen } = await startTls(certificate, { port: null });
    expect(broker.urls).toEqual([`mqtts://127.0.0.1:${port}`]);
    expect(broker.port).toBe(port);
    const publish = (cafile: string): Promise<unknown> => {
      const who = ['-h', HOST, '-p', `${port}`, '--cafile', cafile, '-i', NAME, '-u', NAME, '-P', SECRET];
      const what = ['-t', READINGS, '-q', '1', '-m', '{"values":{}}'];
      return promisify(execFile)(mosquitto ?? '', [...who, ...what], { env: partEnv() });
    };
    await publish(certificate.certFile);
    await seen.until(() => seen.ends().length === 1);
    expect(seen.texts()).toEqual(['{"values":{}}']);

    await expect(publish(makeCertificate(folder, 'other').certFile)).rejects.toThrow();
    await seen.until(() => seen.refusals.length === 1);
    expect(seen.refusals).toMatchObject([{ reason: 'protocol_error', address: HOST }]);
    expect(seen.refusals[0]?.detail).toBe('TLS: the device does not trust the certificate of this server');
  },
);

tlsTest('the guard stands in front as without TLS: sizes, order, back-pressure, takeover, wills', async () => {
  const { port, seen, broker } = await startTls(makeCertificate(testFolder(), 'server'));
  seen.hold();
  const socket = connectTls({ host: HOST, port, rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  const parser = mqttPacket.parser();
  const acknowledged: (number | undefined)[] = [];
  parser.on('packet', ({ cmd, messageId }) => cmd === 'puback' && acknowledged.push(messageId));
  socket.on('data', (bytes: Buffer) => parser.parse(bytes));
  socket.on('error', () => {});
  const ids = Array.from({ length: 400 }, (_, i) => i + 1);
  const packets = [connectPacket(), ...ids.map((id) => publishPacket(id, `${id}`))];
  socket.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet))));
  await seen.until(() => seen.messages.length === 40);
  expect(acknowledged).toEqual([]);
  seen.commitAll();
  while (acknowledged.length < 400) await once(socket, 'data');
  expect(acknowledged).toEqual(ids);
  expect(seen.texts()).toEqual(ids.map(String));

  socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
  await once(socket, 'close');
  expect(seen.refusals).toMatchObject([{ reason: 'packet_too_large', clientId: NAME }]);
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['lost']);
  await broker.close();
});

tlsTest('TLS older than 1.2 is refused and reported', async () => {
  const { port, seen } = await startTls(makeCertificate(testFolder(), 'server'));
  await expect(
    subjectShown(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }),
  ).rejects.toThrow();
  await seen.until(() => seen.refusals.length === 1);
  expect(seen.refusals[0]).toMatchObject({ reason: 'protocol_error', detail: 'TLS: 1.2 or newer is needed' });
  await subjectShown(port, { maxVersion: 'TLSv1.2' });
  await subjectShown(port, { minVersion: 'TLSv1.3' });
});

tlsTest('a device on the wrong port is closed, and the report says which of the two it should use', async () => {
  const { broker, port, seen } = await startTls(makeCertificate(testFolder(), 'server'));
  const plainOnTls = rawDevice({ host: HOST, port });
  plainOnTls.send(connectPacket());
  await plainOnTls.closed;
  await seen.until(() => seen.refusals.length === 1);
  await expect(subjectShown(broker.port)).rejects.toThrow();
  await seen.until(() => seen.refusals.length === 2);
  expect(seen.refusals.map(({ detail }) => detail)).toEqual([
    'no TLS: this port speaks nothing else',
    'TLS, on a port that does not speak it',
  ]);
});

tlsTest(
  'a handshake that never ends is closed after the connect timeout, and counts towards the cap before it',
  async () => {
    const limits = { connectTimeout: 10_000, connectionsPerAddress: 2 };
    const { clock, port, seen } = await startTls(makeCertificate(testFolder(), 'server'), { limits });
    const silent = rawDevice({ host: HOST, port });
    await once(silent.socket, 'connect');
    // Shaken hands, but no CONNECT: what is left of the same ten seconds is for both.
    const shaken = connectTls({ host: HOST, port, rejectUnauthorized: false });
    onTestFinished(() => void shaken.destroy());
    shaken.on('error', () => {});
    await once(shaken, 'secureConnect');
    await rawDevice({ host: HOST, port }).closed;
    expect(seen.refusals).toMatchObject([{ reason: 'too_many_connections' }]);
    const gone = once(shaken.resume(), 'close');
    clock.advance(9_999);
    expect(seen.refusals).toHaveLength(1);
    clock.advance(1);
    await Promise.all([silent.closed, gone]);
    expect(seen.refusals.slice(1).map(({ reason }) => reason)).toEqual(['connect_timeout', 'connect_timeout']);
  },
);

tlsTest(
  'a new certificate is used when it is read again, on demand and by the hour; a bad one changes nothing',
  async () => {
    const folder = testFolder();
    const used = makeCertificate(folder, 'used', 'first');
    const replaceBy = (commonName: string): void => {
      const next = makeCertificate(folder, 'next', commonName);
      copyFileSync(next.certFile, used.certFile);
      copyFileSync(next.keyFile, used.keyFile);
    };
    const { broker, clock, port } = await startTls(used);
    expect(await subjectShown(port)).toBe('first');
    replaceBy('second');
    expect(await subjectShown(port)).toBe('first');
    broker.reloadCertificate();
    expect(await subjectShown(port)).toBe('second');
    replaceBy('third');
    clock.advance(3_600_000);
    expect(await subjectShown(port)).toBe('third');
    textFile(folder, 'used.pem', 'half a certific');
    broker.reloadCertificate();
    expect(await subjectShown(port)).toBe('third');
  },
);

tlsTest('an expired certificate starts all the same, with a warning that has its date, again every day', async () => {
  const certificate = makeCertificate(testFolder(), 'old');
  const { validTo } = readCertificate(certificate);
  const clock = new DrivenClock(validTo + 40 * DAY);
  const { warnings } = await startTls(certificate, { clock });
  const expired = `the MQTT certificate expired on ${dateOf(validTo)}: devices that check it cannot connect`;
  expect(warnings).toEqual([expired]);
  clock.advance(DAY - 1);
  expect(warnings).toHaveLength(1);
  clock.advance(1);
  expect(warnings).toEqual([expired, expired]);
});

tlsTest('a certificate that is not valid yet, or soon no more, is warned of; one in its prime is not', () => {
  const certificate = readCertificate(makeCertificate(testFolder(), 'month'));
  const { validFrom, validTo } = certificate;
  expect(dateWarning(certificate, validFrom - DAY)).toContain(`not valid before ${dateOf(validFrom)}`);
  expect(dateWarning(certificate, validFrom)).toBeNull();
  expect(dateWarning(certificate, validTo - 14 * DAY)).toBeNull();
  expect(dateWarning(certificate, validTo - 13 * DAY)).toContain(`expires on ${dateOf(validTo)}`);
  expect(dateWarning(certificate, validTo)).toContain('expires on');
  expect(dateWarning(certificate, validTo + 1)).toContain('expired on');
});

tlsTest('files that will not do are refused before any port is open, each in a sentence with its setting', async () => {
  const folder = testFolder();
  const good = makeCertificate(folder, 'good');
  const other = makeCertificate(folder, 'other');
  const none = `${folder}/none.pem`;
  const text = textFile(folder, 'text.pem', 'not a certificate\n');
  const damaged = textFile(folder, 'damaged.pem', readFileSync(good.certFile, 'latin1').replace(/\n.{20}/, '\n'));
  const locked = textFile(
    folder,
    'locked.key',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
  );
  const cases: [Partial<TestCertificate>, RegExp][] = [
    [{ certFile: none }, /^MQTT_TLS_CERT: .*none\.pem: there is no such file$/],
    [{ certFile: folder }, /^MQTT_TLS_CERT: .*: it is a directory, not a file$/],
    [{ certFile: text }, /^MQTT_TLS_CERT: .*text\.pem holds no PEM certificate/],
    [{ certFile: good.keyFile }, /^MQTT_TLS_CERT: .*good\.key holds no PEM certificate/],
    [{ certFile: damaged }, /^MQTT_TLS_CERT: the certificate in .* is damaged$/],
    [{ keyFile: good.certFile }, /^MQTT_TLS_KEY: .*good\.pem holds no PEM private key/],
    [{ keyFile: locked }, /^MQTT_TLS_KEY: .*protected by a password/],
    [{ keyFile: other.keyFile }, /^MQTT_TLS_KEY: .*other\.key is not the key of the certificate in .*good\.pem/],
    [{ certFile: none, keyFile: none }, /^MQTT_TLS_CERT: .*\nMQTT_TLS_KEY: /],
  ];
  for (const [files, sentence] of cases) {
    expect(() => readCertificate({ ...good, ...files })).toThrow(CertificateError);
    expect(() => readCertificate({ ...good, ...files })).toThrow(sentence);
  }
  const log = { info() {}, warn() {}, error() {} };
  const { ingress } = recordIngress();
  const tls = { host: HOST, port: 0, ...good, certFile: none };
  await expect(startBroker({ port: 0, tls, clock: new DrivenClock(), credentials, ingress, log })).rejects.toThrow(
    CertificateError,
  );
});

test('MQTT beyond this machine without TLS is warned of at the start and every hour; on it, never', async () => {
  const listening = async (host: string): Promise<{ clock: DrivenClock; warnings: string[] }> => {
    const warnings: string[] = [];
    const log = { info() {}, warn: (_: object, text: string) => void warnings.push(text), error() {} };
    const { clock } = await startBench({ host, log });
    return { clock, warnings };
  };
  const open = await listening('0.0.0.0');
  expect(open.warnings).toHaveLength(1);
  expect(open.warnings[0]).toContain('without encryption');
  open.clock.advance(2 * 3_600_000);
  expect(open.warnings).toHaveLength(3);
  const local = await listening('127.0.0.1');
  local.clock.advance(2 * 3_600_000);
  expect(local.warnings).toEqual([]);
});
