import type { Clock } from '../contract/clock.ts';
import {
  dateWarning,
  readCertificate,
  type Certificate,
  type CertificateFiles,
  type CertificateUse,
} from './certificate.ts';
import type { BrokerLog } from './ports.ts';

export interface KeeperOptions {
  readonly files: CertificateFiles;
  readonly use: CertificateUse;
  readonly clock: Clock;
  readonly log: BrokerLog;
}

export interface CertificateKeeper {
  /** The one in use. */
  current(): Certificate;
  /** Told of each one that takes its place. */
  onReplaced(listener: (certificate: Certificate) => void): void;
  /** Reads the certificate again; one that cannot be used is logged, and the one in use stays. */
  reload(): void;
  stop(): void;
}

/** How often the files are looked at; watching them is not to be relied on where they are links that get replaced. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Keeps a certificate up to date and warns of its dates, once a day. @throws CertificateError */
export function keepCertificate({ files, use, clock, log }: KeeperOptions): CertificateKeeper {
  const listeners: ((certificate: Certificate) => void)[] = [];
  const name = use === 'MQTT_TLS' ? 'MQTT certificate' : "dashboard's certificate";
  let used = readCertificate(files, use);
  let warnedAt = -Infinity;

  function warnOfDates(): void {
    const { wall, mono } = clock.now();
    const warning = dateWarning(used, wall, use);
    if (warning === null || mono - warnedAt < DAY) return;
    warnedAt = mono;
    log.warn({ file: files.certFile }, warning);
  }

  function reload(): void {
    try {
      const read = readCertificate(files, use);
      if (!read.cert.equals(used.cert) || !read.key.equals(used.key)) {
        for (const listener of listeners) listener(read);
        used = read;
        warnedAt = -Infinity;
        const validTo = new Date(read.validTo).toISOString();
        log.info({ file: files.certFile, validTo }, `the ${name} was replaced`);
      }
    } catch (error) {
      log.error({ err: error }, `the new ${name} cannot be used; the former one stays in use`);
    }
    warnOfDates();
  }

  warnOfDates();
  const hourly = clock.every(HOUR, reload);
  return {
    current: () => used,
    onReplaced: (listener) => void listeners.push(listener),
    reload,
    stop: () => hourly.cancel(),
  };
}
