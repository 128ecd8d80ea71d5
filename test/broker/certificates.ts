import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findProgram } from '../parts.ts';

/** Only OpenSSL's program can make a certificate: Node reads them. */
export const canMakeCertificates = findProgram('openssl') !== undefined;

export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A folder that goes with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fw-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A certificate that signs itself, for 127.0.0.1; good for 30 days from now. */
export function makeCertificate(folder: string, name: string, commonName = 'localhost'): TestCertificate {
  const certFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-days', '30', '-out', certFile], { stdio: 'pipe' });
  return { certFile, keyFile };
}

export function textFile(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
