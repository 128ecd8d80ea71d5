import 'reflect-metadata';
import { webcrypto, type webcrypto as crypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Loaded by the one command that needs it: the library takes 16 MB.
const KEYS = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
/** A clock that is a little behind must not find the certificate too young. */
const BEFORE = 3_600_000;

export interface Made {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Authority {
  readonly cert: x509.X509Certificate;
  readonly key: crypto.CryptoKey;
}

x509.cryptoProvider.set(webcrypto);

/** A certificate that signs others of its site, for ten years. `now`: ms epoch. */
export async function makeAuthority(now: number): Promise<Made> {
  const keys = await webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [`Facility Watch site CA ${new Date(now).toISOString().slice(0, 10)}`] }],
    notBefore: new Date(now - BEFORE),
    notAfter: new Date(now + 3_652 * DAY),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      // It signs servers, and no other authorities.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await pemOf(keys.privateKey) };
}

/** @throws Error where either is no PEM of the kind that `makeAuthority` gives */
export async function readAuthority({ cert, key }: Made): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(key);
  return {
    cert: new x509.X509Certificate(cert),
    key: await webcrypto.subtle.importKey('pkcs8', der, KEYS, false, ['sign']),
  };
}

export interface ServerNames {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** A server's certificate for these names and addresses, with its authority's behind it. */
export async function makeServer(
  authority: Authority,
  { names, addresses, days, now }: ServerNames & { readonly days: number; readonly now: number },
): Promise<Made> {
  const keys = await webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [names[0] ?? addresses[0] ?? ''] }],
    issuer: authority.cert.subjectName,
    notBefore: new Date(now - BEFORE),
    notAfter: new Date(Math.min(now + days * DAY, authority.cert.notAfter.getTime())),
    signingAlgorithm: SIGNING,
    signingKey: authority.key,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.cert.publicKey),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  const chain = [cert, authority.cert].map((one) => `${one.toString('pem').trim()}\n`).join('');
  return { cert: chain, key: await pemOf(keys.privateKey) };
}

async function pemOf(key: crypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`;
}

/** 127 random bits: positive, as RFC 5280 wants it. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
