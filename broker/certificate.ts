import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** PEM files; the certificate's chain may follow it in the same file. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** ms epoch, both inclusive. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** What a certificate is for, by the beginning of its settings. */
export type CertificateUse = 'MQTT_TLS' | 'HTTP_TLS';

/** The certificate cannot be used; the message names the setting and what to do about it. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** @throws CertificateError naming every file that will not do. A date is no reason: see `dateWarning`. */
export function readCertificate(
  { certFile, keyFile }: CertificateFiles,
  use: CertificateUse = 'MQTT_TLS',
): Certificate {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const cert = attempt(() => parseCertificate(certFile, `${use}_CERT`));
  const key = attempt(() => parseKey(keyFile, `${use}_KEY`));
  if (cert === undefined || key === undefined) throw new CertificateError(problems.join('\n'));
  if (!cert.x509.checkPrivateKey(key.key)) {
    throw new CertificateError(
      `${use}_KEY: ${keyFile} is not the key of the certificate in ${certFile} (${use}_CERT): give the two that were made together`,
    );
  }
  try {
    createSecureContext({ cert: cert.pem, key: key.pem });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CertificateError(`${use}_CERT: TLS cannot use the certificate in ${certFile} (${why})`);
  }
  const { validFromDate, validToDate } = cert.x509;
  return { cert: cert.pem, key: key.pem, validFrom: validFromDate.getTime(), validTo: validToDate.getTime() };
}

const DAY = 86_400_000;
const SOON_DAYS = 14;

const WORDS = {
  MQTT_TLS: { what: 'the MQTT certificate', who: 'devices that check it cannot connect' },
  HTTP_TLS: { what: "the dashboard's certificate", who: 'browsers refuse it' },
} as const;

/** What is wrong with the dates at a time (ms epoch), or soon will be: whoever checks them does not connect. */
export function dateWarning(
  { validFrom, validTo }: Certificate,
  at: number,
  use: CertificateUse = 'MQTT_TLS',
): string | null {
  const { what, who } = WORDS[use];
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  if (at > validTo) return `${what} expired on ${day(validTo)}: ${who}`;
  if (at < validFrom) return `${what} is not valid before ${day(validFrom)}: check this machine's clock`;
  return validTo - at < SOON_DAYS * DAY ? `${what} expires on ${day(validTo)}: renew it` : null;
}

function parseCertificate(file: string, setting: string): { pem: Buffer; x509: X509Certificate } {
  const pem = read(setting, file);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`${setting}: ${file} holds no PEM certificate ("-----BEGIN CERTIFICATE-----")`);
  }
  try {
    return { pem, x509: new X509Certificate(pem) };
  } catch {
    throw new Error(`${setting}: the certificate in ${file} is damaged`);
  }
}

function parseKey(file: string, setting: string): { pem: Buffer; key: KeyObject } {
  const pem = read(setting, file);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem.toString('latin1'))) {
    throw new Error(`${setting}: ${file} holds no PEM private key ("-----BEGIN PRIVATE KEY-----")`);
  }
  if (pem.includes('ENCRYPTED')) {
    throw new Error(`${setting}: the key in ${file} is protected by a password: store it without one`);
  }
  try {
    return { pem, key: createPrivateKey(pem) };
  } catch {
    throw new Error(`${setting}: the private key in ${file} is damaged`);
  }
}

function read(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = REASONS[code] ?? `it cannot be read (${code})`;
    throw new Error(`${setting}: ${file}: ${why}`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the user that runs Facility Watch may not read it',
  EISDIR: 'it is a directory, not a file',
};
